"""The whole ledger out of its table, in moto."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from remit.adapters.dynamodb_ledger import all_entries
from remit.adapters.dynamodb_records import DynamoRecords
from remit.domain.errors import Unavailable
from remit.domain.ledger import Draft, Kind, broken_link
from remit.names import Names
from tests.fakes.clock import FixedClock
from tests.fakes.dynamodb import NAMES, moto_dynamodb

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@pytest.fixture
def dynamodb(monkeypatch: pytest.MonkeyPatch) -> "Iterator[DynamoDBClient]":
    with moto_dynamodb(monkeypatch) as client:
        yield client


def test_every_run_comes_whole_and_in_order(dynamodb: "DynamoDBClient") -> None:
    for run in ("run-1", "run-2"):
        records = DynamoRecords(dynamodb, NAMES, FixedClock())
        records.open_run(run, Draft(kind=Kind.RUN_STARTED, body={"domain": "refunds"}))
        records.commit(run, [], [Draft(kind=Kind.RUN_FINISHED, body={"outcome": "DONE"})] * 11)
    entries = tuple(all_entries(dynamodb, NAMES))
    for run in ("run-1", "run-2"):
        own = tuple(entry for entry in entries if entry.run == run)
        assert (len(own), broken_link(own)) == (12, None)


def test_a_table_that_is_not_there_is_unavailable(dynamodb: "DynamoDBClient") -> None:
    with pytest.raises(Unavailable, match="ResourceNotFoundException"):
        tuple(all_entries(dynamodb, Names("nowhere")))
