"""One item under one condition, as a write of a transaction."""

from typing import TYPE_CHECKING

from remit.adapters.dynamodb_items import encode
from remit.domain.model import JsonObject

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import ConditionCheckTypeDef, PutTypeDef, TransactWriteItemTypeDef


def absent(table: str, key: JsonObject) -> "TransactWriteItemTypeDef":
    check: ConditionCheckTypeDef = {
        "TableName": table,
        "Key": encode(key),
        "ConditionExpression": "attribute_not_exists(#key)",
        "ExpressionAttributeNames": {"#key": next(iter(key))},
    }
    return {"ConditionCheck": check}


def new(table: str, key: str, item: JsonObject) -> "TransactWriteItemTypeDef":
    put: PutTypeDef = {
        "TableName": table,
        "Item": encode(item),
        "ConditionExpression": "attribute_not_exists(#key)",
        "ExpressionAttributeNames": {"#key": key},
    }
    return {"Put": put}


def after(table: str, item: JsonObject, field: str, was: int | str) -> "TransactWriteItemTypeDef":
    put: PutTypeDef = {
        "TableName": table,
        "Item": encode(item),
        "ConditionExpression": "#field = :was",
        "ExpressionAttributeNames": {"#field": field},
        "ExpressionAttributeValues": encode({":was": was}),
    }
    return {"Put": put}
