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
}


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
        make_table(client, names.table(table), *keys, pending=table == "approvals")


def make_table(client: "DynamoDBClient", name: str, *keys: str, pending: bool = False) -> None:
    index = {"status": "HASH", "requested_at": "RANGE"} if pending else {}
    kinds = ("HASH", "RANGE")
    client.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": key, "KeyType": kind} for key, kind in zip(keys, kinds, strict=False)],  # type: ignore[typeddict-item]
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in (*keys, *index)],
        BillingMode="PAY_PER_REQUEST",
        **({"GlobalSecondaryIndexes": [_pending(index)]} if index else {}),  # type: ignore[arg-type]
    )


def _pending(index: dict[str, str]) -> dict[str, object]:
    keys = [{"AttributeName": key, "KeyType": kind} for key, kind in index.items()]
    return {"IndexName": "pending", "KeySchema": keys, "Projection": {"ProjectionType": "ALL"}}
