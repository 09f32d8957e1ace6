"""Facts out of the business tables, on DynamoDB as moto has it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from remit.adapters.dynamodb_facts import DynamoFacts
from remit.adapters.dynamodb_items import encode
from remit.domain.errors import Denied
from remit.domain.fact_key import FactRef
from tests.fakes.dynamodb import NAMES, make_table, moto_dynamodb
from tests.fakes.gate import REFUNDS, business_records, refund

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@pytest.fixture
def dynamodb(monkeypatch: pytest.MonkeyPatch) -> "Iterator[DynamoDBClient]":
    with moto_dynamodb(monkeypatch) as client:
        for table in ("accounts", "orders"):
            make_table(client, NAMES.business_table("refunds", table), REFUNDS.tables[table].key)
        for (table, _), record in business_records().items():
            client.put_item(TableName=NAMES.business_table("refunds", table), Item=encode(record))
        yield client


def test_facts_come_with_the_declared_attributes_and_their_versions(dynamodb: "DynamoDBClient") -> None:
    account, order = DynamoFacts(dynamodb, NAMES, REFUNDS).read(REFUNDS.facts, refund())
    assert (account.ref, account.attributes) == (FactRef(id="accounts/A-100", version=3), {"status": "open", "flagged": False})
    assert (order.ref.id, order.attributes["refundable"]) == ("orders/O-1001", 900_000)


def test_a_missing_record_is_a_denial(dynamodb: "DynamoDBClient") -> None:
    with pytest.raises(Denied, match="orders/O-9"):
        DynamoFacts(dynamodb, NAMES, REFUNDS).read(REFUNDS.facts, refund(order_id="O-9"))


@pytest.mark.parametrize("key", ["", 7, None])
def test_a_key_that_names_no_record_is_a_denial(dynamodb: "DynamoDBClient", key: object) -> None:
    with pytest.raises(Denied):
        DynamoFacts(dynamodb, NAMES, REFUNDS).read(REFUNDS.facts, refund(order_id=key))


def test_no_fact_wanted_is_no_read(dynamodb: "DynamoDBClient") -> None:
    assert DynamoFacts(dynamodb, NAMES, REFUNDS).read({}, refund()) == ()
