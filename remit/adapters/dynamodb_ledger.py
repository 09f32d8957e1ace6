"""The ledger of a whole deployment, read from its table by an operator."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from remit.adapters.aws import calling
from remit.adapters.dynamodb_items import decode
from remit.adapters.dynamodb_writes import entry_of
from remit.domain.ledger import Entry
from remit.names import Names

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def all_entries(client: "DynamoDBClient", names: Names) -> Iterator[Entry]:
    """Every run's entries, each run's in order. Reads the whole table. Raises Unavailable."""
    with calling("DynamoDB"):
        for page in client.get_paginator("scan").paginate(TableName=names.table("ledger"), ConsistentRead=True):
            yield from (entry_of(decode(item)) for item in page["Items"])
