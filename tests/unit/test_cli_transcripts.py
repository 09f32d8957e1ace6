"""remit transcripts, as a person calls it."""

import json
from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws

from remit.adapters.s3_transcripts import S3Transcripts
from remit.answers import Redacted
from remit.cli import ledger
from remit.cli import transcripts as transcripts_command
from remit.domain.ledger import Draft, Entry, Kind, chain
from remit.domain.model import JsonObject
from remit.transcript_ports import Kept
from tests.fakes.clock import NOON
from tests.fakes.gate import RUN
from tests.unit.test_cli_policy import Api, Cli, cli, deployment

__all__ = ["cli", "deployment"]

ASKED: list[JsonObject] = [{"type": "human", "content": "A refund, please."}]
ANSWERED: list[JsonObject] = [{"type": "ai", "content": "No."}]
BUCKET = "remit-prod-transcripts-123456789012-eu-west-1"


@pytest.fixture
def kept(deployment: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A deployment with one run of one model call, whose transcript is kept."""
    with mock_aws():
        client = boto3.client("s3", region_name="eu-west-1")
        client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        transcripts = S3Transcripts(client, BUCKET, "refunds/support/")
        names = transcripts.keep(RUN, ASKED, ANSWERED)
        monkeypatch.setenv("REMIT_STAGE", "prod")
        for module in (ledger, transcripts_command):
            monkeypatch.setattr(module, "find_target", lambda: Redacting(transcripts, names))
        yield


class Redacting(Api):
    """Deletes what it is asked to, as the deployed API does once it has recorded it."""

    def __init__(self, transcripts: S3Transcripts, kept: Kept) -> None:
        super().__init__(_called({"archived": kept.model_dump()}))
        self._transcripts, self._kept = transcripts, kept

    def client(self) -> "Redacting":
        return self

    def redact(self, run: str, reason: str, call: int | None = None) -> Redacted:
        assert (run, reason, call) == (RUN, "They asked for it.", 1)
        for name in (self._kept.input, self._kept.output):
            self._transcripts.redact(name)
        return Redacted(run=run, transcripts=(self._kept.input, self._kept.output))


def _called(body: JsonObject) -> tuple[Entry, ...]:
    return chain(RUN, None, [Draft(kind=Kind.RUN_STARTED, body={}), Draft(kind=Kind.MODEL_CALLED, body=body)], NOON)


@pytest.mark.usefixtures("kept")
def test_what_was_said_is_shown_until_it_is_redacted(cli: Cli) -> None:
    assert cli("transcripts", "show", RUN).out.splitlines() == [
        *("entry 1, input:", "  human: A refund, please."),
        *("entry 1, output:", "  ai: No."),
    ]
    redacted = cli("transcripts", "redact", RUN, "--call", "1", "--reason", "They asked for it.")
    assert redacted.out == f"{RUN}: 2 transcripts are gone; their digests stay in the ledger.\n"
    assert [part["messages"] for part in json.loads(cli("transcripts", "show", RUN, "--json").out)] == [None, None]
    assert cli("transcripts", "show", RUN).out.count("redacted") == 2


@pytest.mark.usefixtures("kept")
def test_a_run_without_transcripts_says_so(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "no model call at entry 7 with a transcript" in cli("transcripts", "show", RUN, "--call", "7").err
    monkeypatch.setattr(ledger, "find_target", lambda: Api(_called({})))
    assert "no model call with a transcript" in cli("transcripts", "show", RUN).err
