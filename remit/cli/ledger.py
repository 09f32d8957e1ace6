"""The ledger as its readers get it: by run through the API, as a file, or whole from the deployment's table."""

import os
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Annotated, NamedTuple

import boto3
import typer
from botocore.exceptions import BotoCoreError

from remit.adapters.aws import CONFIG, calling
from remit.adapters.dynamodb_ledger import all_entries
from remit.adapters.s3_archive import S3Archive
from remit.answers import Entry as AnsweredEntry
from remit.cli.errors import CliError
from remit.cli.exports import Numbered
from remit.cli.jsonl import write_line
from remit.cli.target import LOCAL_STAGE, find_root, find_target, local_session, running_cloud
from remit.domain.errors import Unavailable
from remit.domain.ledger import Entry
from remit.domain.seal import PublicKey, Seal
from remit.names import Names

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

ledger_app = typer.Typer(help="The record of all runs.", no_args_is_help=True)
Stage = Annotated[str | None, typer.Option(envvar="REMIT_STAGE", help="The stage whose table is read where no run is named.")]


@ledger_app.command("export")
def export(
    runs: Annotated[list[str] | None, typer.Argument(help="The runs' ids; every run if none is named.")] = None,
    stage: Stage = None,
    _as_json: Annotated[bool, typer.Option("--json", help="It prints JSON lines with or without this.")] = False,
) -> None:
    """Print ledger entries as JSON lines. Without runs the table and the archive's seals are read with your AWS credentials, which need
    what the policy remit-<stage>-auditor gives."""
    for _, record in of_runs(runs) if runs else of_deployment(stage, sealed=True):
        write_line(record)


def of_runs(runs: Sequence[str]) -> Iterator[Numbered]:
    """The named runs, from the API."""
    client = find_target().client()
    entries = (recorded(entry) for run in runs for entry in client.run(run).entries)
    return (Numbered(number, entry) for number, entry in enumerate(entries, 1))


def of_deployment(stage: str | None, *, sealed: bool = False) -> Iterator[Numbered]:
    """Every entry of the table, and if `sealed` the archive's seals and keys: of the local cloud, or with REMIT_API_URL of that
    deployment's stage. Raises CliError."""
    place = place_of(stage)
    try:
        # The seals first: none of them covers an entry that is not there yet.
        records = chain(_evidence(place) if sealed else (), _table(place))
        yield from (Numbered(number, record) for number, record in enumerate(records, 1))
    except (Unavailable, BotoCoreError) as error:
        what = "its ledger table and read its archive" if sealed else "its ledger table"
        raise CliError(f"{error}. Check the stage, and that your AWS credentials may scan {what}.") from error


class Place(NamedTuple):
    """Whose tables and buckets, and how they are reached."""

    session: boto3.Session
    names: Names
    endpoint: str | None = None

    @property
    def s3(self) -> "S3Client":
        return self.session.client("s3", config=CONFIG, endpoint_url=self.endpoint)

    @property
    def account(self) -> str:
        """Raises Unavailable."""
        with calling("STS"):
            return self.session.client("sts", config=CONFIG, endpoint_url=self.endpoint).get_caller_identity()["Account"]


def place_of(stage: str | None) -> Place:
    """The local cloud's, or with REMIT_API_URL that deployment's. Raises CliError."""
    if "REMIT_API_URL" not in os.environ:
        state = running_cloud(find_root())
        return Place(local_session(state), Names(LOCAL_STAGE), state.endpoint)
    if stage is None:
        raise CliError("Which stage's ledger? Give --stage (local for the local cloud), or set REMIT_STAGE.")
    return Place(boto3.Session(), Names(stage))


def _table(place: Place) -> Iterator[Entry]:
    """As late as it can be: without a region there is no client."""
    yield from all_entries(place.session.client("dynamodb", config=CONFIG, endpoint_url=place.endpoint), place.names)


def _evidence(place: Place) -> Iterator[Seal | PublicKey]:
    """What the sealer signed, and with which key."""
    archive = S3Archive(place.s3, place.names.archive(place.account, str(place.session.region_name)))
    yield from archive.keys()
    yield from archive.seals()


def recorded(answered: AnsweredEntry) -> Entry:
    """The entry as it was recorded: what a newer API adds to it is not in its hash, and is left out."""
    return Entry.model_validate(answered.model_dump(include=set(Entry.model_fields)))
