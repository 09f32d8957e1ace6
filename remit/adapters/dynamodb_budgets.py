"""Budgets in a table: an item for each meter of an account, which says how much was drawn from it."""

from datetime import datetime
from typing import TYPE_CHECKING

from remit.adapters.aws import calling
from remit.adapters.dynamodb_items import decode, encode
from remit.budget_ports import Budgets
from remit.domain.budget import Reservation
from remit.names import Names

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import UpdateTypeDef


def draw(reservation: Reservation, keep_until: datetime, table: str) -> "UpdateTypeDef":
    """Fails if the meter would go over its limit. A meter that is not there stands at 0."""
    room = reservation.limit - reservation.amount
    unused = "attribute_not_exists(#used) OR " if room >= 0 else ""
    return {
        "TableName": table,
        "Key": encode({"account": reservation.account, "meter": reservation.meter}),
        "UpdateExpression": "SET #ttl = :ttl ADD #used :amount",
        "ConditionExpression": f"{unused}#used <= :room",
        "ExpressionAttributeNames": {"#used": "used", "#ttl": "ttl"},
        "ExpressionAttributeValues": encode({":amount": reservation.amount, ":room": room, ":ttl": int(keep_until.timestamp())}),
    }


def give_back(reservation: Reservation, table: str) -> "UpdateTypeDef":
    """Fails if less was drawn from the meter."""
    return {
        "TableName": table,
        "Key": encode({"account": reservation.account, "meter": reservation.meter}),
        "UpdateExpression": "SET #used = #used - :amount",
        "ConditionExpression": "#used >= :amount",
        "ExpressionAttributeNames": {"#used": "used"},
        "ExpressionAttributeValues": encode({":amount": reservation.amount}),
    }


def settle(reservation: Reservation, used: int, table: str) -> "UpdateTypeDef":
    """What was used in place of what was drawn, whatever else was drawn meanwhile."""
    return {
        "TableName": table,
        "Key": encode({"account": reservation.account, "meter": reservation.meter}),
        "UpdateExpression": "ADD #used :more",
        "ExpressionAttributeNames": {"#used": "used"},
        "ExpressionAttributeValues": encode({":more": used - reservation.amount}),
    }


class DynamoBudgets(Budgets):
    def __init__(self, client: "DynamoDBClient", names: Names) -> None:
        self._client, self._table = client, names.table("budgets")

    def drawn(self, account: str) -> dict[str, int]:
        with calling("DynamoDB"):
            pages = self._client.get_paginator("query").paginate(
                TableName=self._table,
                KeyConditionExpression="#account = :account",
                ExpressionAttributeNames={"#account": "account"},
                ExpressionAttributeValues=encode({":account": account}),
            )
            items = [decode(item) for page in pages for item in page["Items"]]
        return {str(item["meter"]): int(str(item["used"])) for item in items}
