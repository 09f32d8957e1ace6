"""A change of a fact is one transaction: whichever of its writes fails, none is made."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ReadTimeoutError

from remit.domain.errors import Unavailable
from remit.domain.operation import Operation, Result
from remit.names import Names
from remit.usecases.facts import FactPorts, change_fact
from tests.fakes.clock import FixedClock
from tests.fakes.facts import dynamo_facts
from tests.fakes.memory import add, by, key, retract, update

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_NEVER = {"ConditionExpression": "attribute_exists(pk) AND attribute_not_exists(pk)"}
_NEVER_IN_THE_LEDGER = {"ConditionExpression": "attribute_exists(nothing)"}


class FailingFacts:
    """A store whose transactions fail as a test wants it."""

    def __init__(self, client: "DynamoDBClient", names: Names) -> None:
        self.client, self._names = client, names
        self.ports: FactPorts = dynamo_facts(client, names, FixedClock())

    def everything(self) -> list[dict[str, Any]]:
        """All items of the tables that a change of a fact touches."""
        tables = (self._names.table("facts"), self._names.table("ledger"))
        items: list[Any] = [item for table in tables for item in self.client.scan(TableName=table, ConsistentRead=True)["Items"]]
        return sorted(items, key=str)

    @contextmanager
    def failing(self, place: int) -> Iterator[list[int]]:
        """The write at this place of every transaction fails its condition; yields the transactions' sizes."""
        sizes: list[int] = []

        def spoil(params: dict[str, Any], **_: object) -> None:
            writes = params["TransactItems"]
            sizes.append(len(writes))
            ((kind, write),) = writes[place % len(writes)].items()
            kept = {name: write[name] for name in ("TableName", "Item", "Key") if name in write}
            never = _NEVER if write["TableName"] == self._names.table("facts") else _NEVER_IN_THE_LEDGER
            writes[place % len(writes)] = {kind: {**kept, **never}}

        with self._hooked("provide-client-params.dynamodb.TransactWriteItems", spoil):
            yield sizes

    @contextmanager
    def answers_lost(self) -> Iterator[None]:
        """What was written was written, but nobody hears of it."""

        def lose(**_: object) -> None:
            raise ReadTimeoutError(endpoint_url="https://dynamodb")

        with self._hooked("after-call.dynamodb.TransactWriteItems", lose):
            yield

    @contextmanager
    def _hooked(self, event: str, hook: Any) -> Iterator[None]:  # noqa: ANN401 (whatever botocore calls)
        self.client.meta.events.register(event, hook)
        try:
            yield
        finally:
            self.client.meta.events.unregister(event, hook)


def prepared(facts: FailingFacts, name: str) -> dict[str, Operation]:
    """One operation of each kind that could be done now; the first is derived from another fact."""
    base, kept = key(f"{name}-base"), key(f"{name}-kept")
    source = change_fact(add(base, "X"), by("owner"), facts.ports).statement
    change_fact(add(kept, "X"), by("owner"), facts.ports)
    assert source is not None
    derived = add(key(f"{name}-derived"), "Y").model_copy(update={"derived_from": (source.ref,)})
    return {"ADD": derived, "UPDATE": update(kept, "Y"), "DELETE": retract(kept)}


# How many writes each transaction has: version, standing copy, the source's check, its citation; and the ledger's entry.
SIZES = {"ADD": 5, "UPDATE": 3, "DELETE": 3}
CASES = [(kind, place) for kind, size in SIZES.items() for place in range(size)]


def nothing_is_written(facts: FailingFacts, kind: str, place: int) -> None:
    operation = prepared(facts, f"{kind}-{place}".lower())[kind]
    before = facts.everything()
    with facts.failing(place) as sizes, pytest.raises(Unavailable):
        change_fact(operation, by("owner"), facts.ports)
    assert set(sizes) == {SIZES[kind]}
    assert facts.everything() == before
    done = change_fact(operation, by("owner"), facts.ports)
    assert done.statement is not None


def a_lost_answer_is_found_again(facts: FailingFacts) -> None:
    operation = prepared(facts, "lost")["UPDATE"]
    with facts.answers_lost(), pytest.raises(Unavailable):
        change_fact(operation, by("owner"), facts.ports)
    after = facts.everything()
    assert change_fact(operation, by("owner"), facts.ports).result is Result.NOOP
    assert facts.everything() == after
