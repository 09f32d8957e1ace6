"""What the logistics domain's tools do to its tables, on DynamoDB as moto has it."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from remit.adapters.dynamodb_items import decode, encode
from remit.charters import load_charter
from remit.domain.model import JsonObject
from remit.domain.tool_spec import FACTS_ASSERT
from remit.toolkit import ToolContext, ToolFailed
from tests.fakes.dynamodb import NAMES, make_table, moto_dynamodb
from tools.logistics.actions import TOOLS
from tools.logistics.payloads import BookShipment

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

LOGISTICS = load_charter(Path("charters/logistics.yaml"))
TABLES = {name: NAMES.business_table("logistics", name) for name in LOGISTICS.tables}
ORDER: JsonObject = {"order_id": "O-1", "status": "open", "zone": "zone-B", "version": 2}
BOOKING = BookShipment(order_id="O-1", zone="zone-B", carrier="X", cost=120_00, currency="USD")
BOOK = TOOLS["logistics.book_shipment"]


@pytest.fixture
def dynamodb(monkeypatch: pytest.MonkeyPatch) -> "Iterator[DynamoDBClient]":
    with moto_dynamodb(monkeypatch) as client:
        for name, table in LOGISTICS.tables.items():
            make_table(client, TABLES[name], table.key)
        client.put_item(TableName=TABLES["orders"], Item=encode(ORDER))
        yield client


@pytest.fixture
def context(dynamodb: "DynamoDBClient") -> ToolContext:
    return ToolContext(dynamodb=dynamodb, tables=TABLES, key="use-1", run="run-1")


def shipments(dynamodb: "DynamoDBClient") -> list[JsonObject]:
    return [decode(item) for item in dynamodb.scan(TableName=TABLES["shipments"])["Items"]]


def test_there_is_a_tool_for_each_of_the_charters() -> None:
    assert TOOLS.keys() == LOGISTICS.tools.keys() - {FACTS_ASSERT}


def test_a_shipment_is_booked_once_and_reads_back_as_it_should(context: ToolContext, dynamodb: "DynamoDBClient") -> None:
    assert BOOK.read_back(BOOKING, context.reading()) is None
    BOOK.execute(BOOKING, context)
    with pytest.raises(ToolFailed):
        BOOK.execute(BOOKING, context)
    assert BOOK.read_back(BOOKING, context.reading()) == BOOK.expected(BOOKING, context)
    assert [(shipment["carrier"], shipment["status"], shipment["run"]) for shipment in shipments(dynamodb)] == [("X", "booked", "run-1")]


def test_an_order_that_was_shipped_meanwhile_gets_no_shipment(context: ToolContext, dynamodb: "DynamoDBClient") -> None:
    dynamodb.put_item(TableName=TABLES["orders"], Item=encode({**ORDER, "status": "shipped"}))
    with pytest.raises(ToolFailed):
        BOOK.execute(BOOKING, context)
    assert shipments(dynamodb) == []
