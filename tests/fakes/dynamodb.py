"""Remit's own tables in moto, as the core stack makes them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING, Any, Literal

import boto3
import pytest
from moto import mock_aws
from moto.dynamodb.models import DynamoDBBackend

from remit.domain.access import IndexSpec
from remit.names import Names

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import KeySchemaElementTypeDef

NAMES = Names("test")
_KEYS = {
    "actions": ("key",),
    "approvals": ("pk", "sk"),
    "answers": ("pk", "sk"),
    "warrants": ("id",),
    "uses": ("warrant",),
    "ended": ("run",),
    "agents": ("agent",),
    "ledger": ("run", "seq"),
    "facts": ("pk", "sk"),
    "delegations": ("delegation", "sk"),
    "budgets": ("account", "meter"),
    "tokens": ("agent", "account"),
}

_INDEXES = {
    "approvals": {"open": IndexSpec(key="open_in", sort="requested_at"), "due": IndexSpec(key="open_in", sort="due_at")},
    "delegations": {"person": IndexSpec(key="name")},
}
_KINDS: tuple[Literal["HASH", "RANGE"], ...] = ("HASH", "RANGE")


@contextmanager
def moto_dynamodb(monkeypatch: pytest.MonkeyPatch) -> "Iterator[DynamoDBClient]":
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setattr(DynamoDBBackend, "transact_write_items", _one_at_a_time(DynamoDBBackend.transact_write_items))
    with mock_aws():
        client = boto3.client("dynamodb")
        make_tables(client, NAMES)
        yield client


def _one_at_a_time(transact: Any) -> Any:  # noqa: ANN401 (a method of moto's)
    """DynamoDB's transactions come one after another; moto's see each other's halves."""
    turn = Lock()

    def in_turn(*given: Any, **named: Any) -> Any:  # noqa: ANN401
        with turn:
            return transact(*given, **named)

    return in_turn


def make_tables(client: "DynamoDBClient", names: Names) -> None:
    """Remit's own."""
    for table, keys in _KEYS.items():
        make_table(client, names.table(table), *keys, indexes=_INDEXES.get(table))


def make_table(client: "DynamoDBClient", name: str, *keys: str, indexes: Mapping[str, IndexSpec] | None = None) -> None:
    made = indexes or {}
    attributes = {*keys, *(attribute for index in made.values() for attribute in index.attributes)}
    client.create_table(
        TableName=name,
        KeySchema=_schema(*keys),
        AttributeDefinitions=[{"AttributeName": attribute, "AttributeType": "S"} for attribute in sorted(attributes)],
        BillingMode="PAY_PER_REQUEST",
        **({"GlobalSecondaryIndexes": [_index(index, spec) for index, spec in made.items()]} if made else {}),  # type: ignore[arg-type]
    )


def _index(name: str, spec: IndexSpec) -> dict[str, object]:
    return {"IndexName": name, "KeySchema": _schema(*spec.attributes), "Projection": {"ProjectionType": "ALL"}}


def _schema(*keys: str) -> "list[KeySchemaElementTypeDef]":
    return [{"AttributeName": key, "KeyType": kind} for key, kind in zip(keys, _KINDS, strict=False)]
