"""The conditional consume, on DynamoDB as moto has it."""

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from remit.adapters.dynamodb_records import DynamoRecords
from remit.adapters.dynamodb_uses import DynamoUses
from remit.budget_ports import VoidWarrant
from remit.domain.errors import Conflict, WarrantRefused
from remit.domain.warrant import Warrant, mint
from remit.record_ports import MintWarrant
from tests.fakes.clock import NOON, FixedClock
from tests.fakes.dynamodb import NAMES, moto_dynamodb
from tests.fakes.gate import make_intent, refund

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@pytest.fixture
def dynamodb(monkeypatch: pytest.MonkeyPatch) -> "Iterator[DynamoDBClient]":
    with moto_dynamodb(monkeypatch) as client:
        yield client


@pytest.fixture
def warrant(dynamodb: "DynamoDBClient") -> Warrant:
    warrant = mint(make_intent(refund()), NOON)
    DynamoRecords(dynamodb, NAMES, FixedClock()).commit("run-1", [MintWarrant(warrant=warrant)], [])
    return warrant


def test_the_first_use_is_the_only_first(dynamodb: "DynamoDBClient", warrant: Warrant) -> None:
    uses = DynamoUses(dynamodb, NAMES)
    assert [uses.consume(warrant, NOON) for _ in range(3)] == [True, False, False]


def test_a_warrant_that_was_never_minted_is_refused(dynamodb: "DynamoDBClient") -> None:
    with pytest.raises(WarrantRefused):
        DynamoUses(dynamodb, NAMES).consume(mint(make_intent(refund(1)), NOON), NOON)


@pytest.mark.parametrize(
    "change", [{"payload_digest": "0" * 64}, {"tool": "t"}, {"agent": "a"}, {"run": "r"}, {"expires_at": NOON + timedelta(days=9)}]
)
def test_a_warrant_altered_in_any_field_is_refused(dynamodb: "DynamoDBClient", warrant: Warrant, change: dict[str, Any]) -> None:
    uses = DynamoUses(dynamodb, NAMES)
    with pytest.raises(WarrantRefused):
        uses.consume(warrant.model_copy(update=change), NOON)
    assert uses.consume(warrant, NOON)


def test_an_expired_warrant_is_refused_unless_it_was_used_in_time(dynamodb: "DynamoDBClient", warrant: Warrant) -> None:
    uses = DynamoUses(dynamodb, NAMES)
    with pytest.raises(WarrantRefused):
        uses.consume(warrant, warrant.expires_at)
    assert uses.consume(warrant, NOON)
    assert not uses.consume(warrant, warrant.expires_at)


def test_a_warrant_that_was_taken_back_is_never_used(dynamodb: "DynamoDBClient", warrant: Warrant) -> None:
    DynamoRecords(dynamodb, NAMES, FixedClock()).commit("run-1", [VoidWarrant(warrant=warrant.id)], [])
    for now in (NOON, warrant.expires_at):
        with pytest.raises(WarrantRefused):
            DynamoUses(dynamodb, NAMES).consume(warrant, now)


def test_a_warrant_that_was_used_is_not_taken_back(dynamodb: "DynamoDBClient", warrant: Warrant) -> None:
    DynamoUses(dynamodb, NAMES).consume(warrant, NOON)
    with pytest.raises(Conflict):
        DynamoRecords(dynamodb, NAMES, FixedClock()).commit("run-1", [VoidWarrant(warrant=warrant.id)], [])
