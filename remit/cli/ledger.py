"""The ledger as its readers get it: by run through the API, as a file, or whole from the deployment's table."""

import os
from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated

import boto3
import typer
from botocore.exceptions import BotoCoreError

from remit.adapters.aws import CONFIG
from remit.adapters.dynamodb_ledger import all_entries
from remit.answers import Entry as AnsweredEntry
from remit.cli.errors import CliError
from remit.cli.exports import Numbered
from remit.cli.jsonl import write_line
from remit.cli.target import LOCAL_STAGE, find_root, find_target, local_session, running_cloud
from remit.domain.errors import Unavailable
from remit.domain.ledger import Entry
from remit.names import Names

ledger_app = typer.Typer(help="The record of all runs.", no_args_is_help=True)
Stage = Annotated[str | None, typer.Option(envvar="REMIT_STAGE", help="The stage whose table is read where no run is named.")]


@ledger_app.command("export")
def export(
    runs: Annotated[list[str] | None, typer.Argument(help="The runs' ids; every run if none is named.")] = None,
    stage: Stage = None,
    _as_json: Annotated[bool, typer.Option("--json", help="It prints JSON lines with or without this.")] = False,
) -> None:
    """Print ledger entries as JSON lines. Without runs the table is read with your AWS credentials (dynamodb:Scan)."""
    for _, record in of_runs(runs) if runs else of_deployment(stage):
        write_line(record)


def of_runs(runs: Sequence[str]) -> Iterator[Numbered]:
    """The named runs, from the API."""
    client = find_target().client()
    entries = (recorded(entry) for run in runs for entry in client.run(run).entries)
    return (Numbered(number, entry) for number, entry in enumerate(entries, 1))


def of_deployment(stage: str | None) -> Iterator[Numbered]:
    """Every entry of the table: of the local cloud, or with REMIT_API_URL of that deployment's stage. Raises CliError."""
    try:
        yield from (Numbered(number, entry) for number, entry in enumerate(_table(stage), 1))
    except (Unavailable, BotoCoreError) as error:
        raise CliError(f"{error}. Check the stage, and that your AWS credentials may scan its ledger table.") from error


def _table(stage: str | None) -> Iterable[Entry]:
    if "REMIT_API_URL" not in os.environ:
        state = running_cloud(find_root())
        local = local_session(state).client("dynamodb", endpoint_url=state.endpoint, config=CONFIG)
        return all_entries(local, Names(LOCAL_STAGE))
    if stage is None:
        raise CliError("Which stage's ledger? Give --stage (local for the local cloud), or set REMIT_STAGE.")
    return all_entries(boto3.client("dynamodb", config=CONFIG), Names(stage))


def recorded(answered: AnsweredEntry) -> Entry:
    """The entry as it was recorded: what a newer API adds to it is not in its hash, and is left out."""
    return Entry.model_validate(answered.model_dump(include=set(Entry.model_fields)))
