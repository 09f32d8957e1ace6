"""The condition key `dynamodb:LeadingKeys` has its value: the partition keys that a request names.

A Scan names none, as on AWS: `ForAllValues` is then true, so a policy bound by leading keys must not grant `dynamodb:Scan`.
"""

import json
import re
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any

from ministack.core import iam_actions, iam_evaluator
from ministack.services import dynamodb

# Stands for a partition key that could not be read from the request, so that no policy allows it by value.
UNKNOWN = "\x00unknown"
_NAMED_BY_ITEM = {"ConditionCheckItem": "Key", "GetItem": "Key", "UpdateItem": "Key", "DeleteItem": "Key", "PutItem": "Item"}
_PARTIQL = ("PartiQLSelect", "PartiQLInsert", "PartiQLUpdate", "PartiQLDelete", "ExecuteStatement", "BatchExecuteStatement")
_EQUALS = re.compile(r"([#\w.-]+)\s*=\s*(:\w+)")

_request: ContextVar[dict[str, Any]] = ContextVar("remit_dynamodb_request", default={})


def apply() -> None:
    """Give every DynamoDB check its leading keys."""
    service_context, enforce = iam_actions.dynamodb_service_context, iam_evaluator.enforce

    def corrected_context(body: bytes) -> Any:
        _request.set(_json_object(body))
        return service_context(body)

    def corrected_enforce(
        key: str, action: str, service: str, region: str, resource_arn: str = "*", service_context: dict[str, Any] | None = None
    ) -> Any:
        if service != "dynamodb":
            return enforce(key, action, service, region, resource_arn, service_context)
        for keys in key_sets(action.partition(":")[2], _request.get(), resource_arn):
            context = {**(service_context or {}), "dynamodb:LeadingKeys": keys}
            if denied := enforce(key, action, service, region, resource_arn, context):
                return denied
        return None

    iam_actions.dynamodb_service_context = corrected_context
    iam_evaluator.enforce = corrected_enforce


def key_sets(operation: str, request: dict[str, Any], table_arn: str) -> list[list[str] | None]:
    """The values to check the operation under: one set, but each item of a transaction is a request of its own."""
    if "TransactItems" in request:
        return [_items_keys([item]) for item in _transaction_items(operation, request, table_arn)] or [None]
    if operation in _NAMED_BY_ITEM:
        return [_items_keys([request])]
    if operation == "Query":
        return [_query_keys(request)]
    if operation in ("BatchGetItem", "BatchWriteItem"):
        return [_items_keys(list(_batch_items(request, table_arn)))]
    return [[UNKNOWN]] if operation in _PARTIQL else [None]


def _transaction_items(operation: str, request: dict[str, Any], table_arn: str) -> Iterator[dict[str, Any]]:
    member = operation.removesuffix("Item") if operation != "ConditionCheckItem" else "ConditionCheck"
    for item in request["TransactItems"]:
        if member in item and _table(item[member].get("TableName")) == _table(table_arn):
            yield item[member]


def _batch_items(request: dict[str, Any], table_arn: str) -> Iterator[dict[str, Any]]:
    for table, asked in request.get("RequestItems", {}).items():
        if _table(table) != _table(table_arn):
            continue
        if isinstance(asked, dict):
            yield from ({"TableName": table, "Key": key} for key in asked.get("Keys", []))
        else:
            yield from ({"TableName": table, **write} for entry in asked for write in entry.values())


def _items_keys(items: list[dict[str, Any]]) -> list[str]:
    return [_item_key(item) for item in items]


def _item_key(item: dict[str, Any]) -> str:
    named = item.get("Key") or item.get("Item") or {}
    return _plain(named.get(_partition_key(item.get("TableName"), None)))


def _query_keys(request: dict[str, Any]) -> list[str]:
    attribute = _partition_key(request.get("TableName"), request.get("IndexName"))
    names, values = request.get("ExpressionAttributeNames", {}), request.get("ExpressionAttributeValues", {})
    expression = request.get("KeyConditionExpression", "")
    found = [values.get(value) for name, value in _EQUALS.findall(expression) if names.get(name, name) == attribute]
    legacy = request.get("KeyConditions", {}).get(attribute, {}).get("AttributeValueList", [])
    return [_plain(value) for value in found + legacy] or [UNKNOWN]


def _plain(value: Any) -> str:
    """The text of a DynamoDB value such as {"S": "alpha"}."""
    return str(next(iter(value.values()))) if isinstance(value, dict) and len(value) == 1 else UNKNOWN


def _partition_key(table: Any, index: str | None) -> str | None:
    stored = dynamodb._tables.get(_table(table)) or {}
    indexes = stored.get("GlobalSecondaryIndexes") or []
    schema = next((entry["KeySchema"] for entry in indexes if entry["IndexName"] == index), stored.get("KeySchema", []))
    return next((str(part["AttributeName"]) for part in schema if part["KeyType"] == "HASH"), None)


def _table(name: Any) -> str:
    """The bare name; requests may name a table by its ARN."""
    return str(name).rpartition(":table/")[2].partition("/")[0]


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        parsed = json.loads(body or b"{}")
    except ValueError:
        return {}
    return parsed if isinstance(parsed, dict) else {}
