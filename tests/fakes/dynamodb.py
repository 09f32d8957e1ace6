"""Remit's own tables in moto, as the core stack makes them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import boto3
import pytest
from moto import mock_aws

from remit.names import Names

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

NAMES = Names("test")
_KEYS = {
    "actions": ("key",),
    "approvals": ("pk", "sk"),
    "warrants": ("id",),
    "uses": ("warrant",),
    "agents": ("agent",),
    "ledger": ("run", "seq"),
    "facts": ("pk", "sk"),
    "delegations": ("delegation", "sk"),
}

_INDEXES = {"approvals": ("pending", "status", "requested_at"), "delegations": ("person", "name")}


@contextmanager
def moto_dynamodb(monkeypatch: pytest.MonkeyPatch) -> "Iterator[DynamoDBClient]":
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        client = boto3.client("dynamodb")
        make_tables(client, NAMES)
        yield client


def make_tables(client: "DynamoDBClient", names: Names) -> None:
    """Remit's own."""
    for table, keys in _KEYS.items():
        make_table(client, names.table(table), *keys, index=_INDEXES.get(table, ()))


def make_table(client: "DynamoDBClient", name: str, *keys: str, index: tuple[str, ...] = ()) -> None:
    """`index`: its name, and its keys."""
    kinds = ("HASH", "RANGE")
    client.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": key, "KeyType": kind} for key, kind in zip(keys, kinds, strict=False)],  # type: ignore[typeddict-item]
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in dict.fromkeys((*keys, *index[1:]))],
        BillingMode="PAY_PER_REQUEST",
        **({"GlobalSecondaryIndexes": [_index(*index)]} if index else {}),  # type: ignore[arg-type]
    )


def _index(name: str, *keys: str) -> dict[str, object]:
    schema = [{"AttributeName": key, "KeyType": kind} for key, kind in zip(keys, ("HASH", "RANGE"), strict=False)]
    return {"IndexName": name, "KeySchema": schema, "Projection": {"ProjectionType": "ALL"}}
