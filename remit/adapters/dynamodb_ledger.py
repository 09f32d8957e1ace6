"""Ledger entries as items of their table, and the whole table as an operator reads it."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

from remit.adapters.aws import calling
from remit.adapters.dynamodb_conditions import new
from remit.adapters.dynamodb_items import decode
from remit.domain.canonical import canonical
from remit.domain.ledger import Entry
from remit.domain.model import JsonObject
from remit.names import Names

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

_SEQ_DIGITS = 6


def put_entry(entry: Entry, names: Names) -> "TransactWriteItemTypeDef":
    """Fails if the run has an entry with this number already."""
    item = {**entry.model_dump(mode="json"), "seq": f"{entry.seq:0{_SEQ_DIGITS}d}", "body": canonical(entry.body).decode()}
    return new(names.table("ledger"), "run", item)


def entry_of(item: JsonObject) -> Entry:
    """A ledger entry as it was put."""
    return Entry.model_validate({**item, "seq": int(str(item["seq"])), "body": json.loads(str(item["body"]))})


def all_entries(client: "DynamoDBClient", names: Names) -> Iterator[Entry]:
    """Every run's entries, each run's in order. Reads the whole table. Raises Unavailable."""
    with calling("DynamoDB"):
        for page in client.get_paginator("scan").paginate(TableName=names.table("ledger"), ConsistentRead=True):
            yield from (entry_of(decode(item)) for item in page["Items"])
