"""A memory of the size that a measurement needs: settled by the real rules, laid out by the real adapter, and read by it.

What a transaction would write is written in batches: it guards against other writers, of which there is none here. The service is moto in
the process, or a local cloud's where a read is timed: moto looks through its whole table for each query.
"""

import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from moto import mock_aws

from benchmarks.facts.corpus import Said
from remit.adapters.dynamodb_fact_store import DynamoFactStore
from remit.adapters.dynamodb_items import encode
from remit.adapters.dynamodb_statements import standing_item, version_item
from remit.charters import load_charter
from remit.cli.target import exempt_this_machine, local_session
from remit.domain.model import JsonObject
from remit.domain.operation import Author, Known, Operation, settle
from remit.domain.statement import OperationKind, Statement
from remit.local import cloud
from remit.names import Names
from tests.e2e.conftest import checkout

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import WriteRequestTypeDef

_NAMES = Names("benchmark")
_OWNER = Author(name="olivia", authority="owner")
_AT_ONCE = 25


class Memory:
    """`requests` counts what the service was asked."""

    def __init__(self, client: "DynamoDBClient", charter: "Path") -> None:
        self._client, self._charter, self._latest = client, load_charter(charter), dict[str, Statement]()
        self._table, self.requests = _NAMES.table("facts"), 0
        self.store = DynamoFactStore(client, _NAMES)
        client.meta.events.register("before-send.dynamodb.*", self._count)

    def say(self, said: Iterable[Said]) -> None:
        """Each as the owner says it: ADD of what has not been said, UPDATE of what has."""
        versions = [self._settled(each) for each in said]
        self._put([version_item(version) for version in versions])
        stand = {version.key.id: version for version in versions}
        self._put([standing_item(version) for version in stand.values()])

    def _settled(self, said: Said) -> Statement:
        latest = self._latest.get(said.key.id)
        kind = OperationKind.ADD if latest is None else OperationKind.UPDATE
        settled = settle(Operation(kind=kind, key=said.key, value=said.value), _OWNER, Known(latest=latest), self._charter, said.at)
        if settled.statement is None:
            raise AssertionError(f"{said.sentence}: {settled.result}")
        self._latest[said.key.id] = settled.statement
        return settled.statement

    def _put(self, items: Sequence[JsonObject]) -> None:
        for start in range(0, len(items), _AT_ONCE):
            puts: list[WriteRequestTypeDef] = [{"PutRequest": {"Item": encode(item)}} for item in items[start : start + _AT_ONCE]]
            self._client.batch_write_item(RequestItems={self._table: puts})

    def _count(self, **_: Any) -> None:  # noqa: ANN401 - whatever botocore tells
        self.requests += 1


@contextmanager
def memory(charter: "Path") -> Iterator[Memory]:
    """An empty one, in this process."""
    names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
    os.environ.update(dict.fromkeys(names, "testing"), AWS_DEFAULT_REGION="us-east-1")
    os.environ.pop("AWS_ENDPOINT_URL", None)
    with mock_aws():
        yield _empty(boto3.client("dynamodb"), charter)


@contextmanager
def memory_of_a_cloud(charter: "Path") -> Iterator[Memory]:
    """An empty one, on a local cloud of its own, which is gone again afterwards."""
    exempt_this_machine(os.environ)
    with tempfile.TemporaryDirectory() as folder:
        root = checkout(Path(folder))
        try:
            state = cloud.up(root, port=0)
            yield _empty(local_session(state).client("dynamodb", endpoint_url=state.endpoint), charter)
        finally:
            cloud.down(root)


def _empty(client: "DynamoDBClient", charter: "Path") -> Memory:
    client.create_table(
        TableName=_NAMES.table("facts"),
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in ("pk", "sk")],
        BillingMode="PAY_PER_REQUEST",
    )
    return Memory(client, charter)
