"""What the policy administration does: it pays claims out, and exports all of them."""

from typing import TYPE_CHECKING

from pydantic import ConfigDict

from remit.adapters.dynamodb_items import decode, encode
from remit.domain.model import JsonObject, Model
from remit.domain.payload import Cents

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class Payout(Model):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    payout_id: str
    claim_id: str
    amount: Cents


def pay(payout: Payout, dynamodb: "DynamoDBClient", table: str) -> JsonObject:
    """Pay once: a payout is final."""
    paid: JsonObject = {**payout.model_dump(), "status": "paid"}
    dynamodb.put_item(TableName=table, Item=encode(paid), ConditionExpression="attribute_not_exists(payout_id)")
    return paid


def export(dynamodb: "DynamoDBClient", table: str) -> list[JsonObject]:
    """Every claim, whole."""
    pages = dynamodb.get_paginator("scan").paginate(TableName=table)
    return [decode(item) for page in pages for item in page["Items"]]
