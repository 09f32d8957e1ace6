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
# Where an operation names its item; a transaction and a batch call the same operations by other names.
_NAMED_IN = {"ConditionCheckItem": "Key", "GetItem": "Key", "UpdateItem": "Key", "DeleteItem": "Key", "PutItem": "Item"}
_IN_TRANSACTION = {"ConditionCheckItem": "ConditionCheck"} | {f"{verb}Item": verb for verb in ("Get", "Update", "Delete", "Put")}
_IN_BATCH = {"PutRequest": "Item", "DeleteRequest": "Key"}
_PARTIQL = ("PartiQLSelect", "PartiQLInsert", "PartiQLUpdate", "PartiQLDelete")
_EQUALS = re.compile(r"([#\w.-]+)\s*=\s*(:\w+)")

_request: ContextVar[dict[str, Any] | None] = ContextVar("remit_dynamodb_request", default=None)


def apply() -> None:
    """Give every DynamoDB check its leading keys."""
    service_context, enforce = iam_actions.dynamodb_service_context, iam_evaluator.enforce

    def corrected_context(body: bytes) -> object:
        _request.set(_json_object(body))
        return service_context(body)

    def corrected_enforce(
        key: str, action: str, service: str, region: str, resource_arn: str = "*", *, service_context: dict[str, Any] | None = None
    ) -> object:
        if service != "dynamodb":
            return enforce(key, action, service, region, resource_arn, service_context)
        given = service_context or {}
        in_transaction = "dynamodb:EnclosingOperation" in given
        for keys in key_sets(action.partition(":")[2], _request.get() or {}, resource_arn, in_transaction=in_transaction):
            context = {**given, "dynamodb:LeadingKeys": keys}
            if denied := enforce(key, action, service, region, resource_arn, context):
                return denied
        return None

    iam_actions.dynamodb_service_context = corrected_context
    iam_evaluator.enforce = corrected_enforce


def key_sets(operation: str, request: dict[str, Any], table_arn: str, *, in_transaction: bool) -> list[list[str] | None]:
    """The values to check the operation under: one set, but each item of a transaction is a request of its own."""
    if operation in _PARTIQL:
        return [[UNKNOWN]]
    if in_transaction:
        return [[key] for key in _transaction_keys(operation, request, _table(table_arn))] or [[UNKNOWN]]
    if operation in _NAMED_IN:
        return [[_item_key(request["TableName"], request.get(_NAMED_IN[operation]))]]
    if operation == "Query":
        return [_query_keys(request)]
    if operation in ("BatchGetItem", "BatchWriteItem"):
        return [list(_batch_keys(request, _table(table_arn)))]
    return [None]


def _transaction_keys(operation: str, request: dict[str, Any], table: str) -> Iterator[str]:
    for entry in request["TransactItems"]:
        item = entry.get(_IN_TRANSACTION[operation])
        if item and _table(item["TableName"]) == table:
            yield _item_key(table, item.get(_NAMED_IN[operation]))


def _batch_keys(request: dict[str, Any], table: str) -> Iterator[str]:
    for name, asked in request["RequestItems"].items():
        if _table(name) != table:
            continue
        if isinstance(asked, dict):
            yield from (_item_key(table, key) for key in asked["Keys"])
        else:
            yield from (_item_key(table, write.get(_IN_BATCH[kind])) for entry in asked for kind, write in entry.items())


def _item_key(table: str, item: dict[str, Any] | None) -> str:
    return _plain((item or {}).get(_partition_key(table, None) or ""))


def _query_keys(request: dict[str, Any]) -> list[str]:
    attribute = _partition_key(request.get("TableName"), request.get("IndexName"))
    names, values = request.get("ExpressionAttributeNames", {}), request.get("ExpressionAttributeValues", {})
    expression = request.get("KeyConditionExpression", "")
    found = [values.get(value) for name, value in _EQUALS.findall(expression) if names.get(name, name) == attribute]
    legacy = request.get("KeyConditions", {}).get(attribute, {}).get("AttributeValueList", [])
    return [_plain(value) for value in found + legacy] or [UNKNOWN]


def _plain(value: object) -> str:
    """The text of a DynamoDB value such as {"S": "alpha"}."""
    return str(next(iter(value.values()))) if isinstance(value, dict) and len(value) == 1 else UNKNOWN


def _partition_key(table: object, index: str | None) -> str | None:
    stored = dynamodb._tables.get(_table(table)) or {}
    indexes = stored.get("GlobalSecondaryIndexes") or []
    schema = next((entry["KeySchema"] for entry in indexes if entry["IndexName"] == index), stored.get("KeySchema", []))
    return next((str(part["AttributeName"]) for part in schema if part["KeyType"] == "HASH"), None)


def _table(name: object) -> str:
    """The bare name; requests may name a table by its ARN."""
    return str(name).rpartition(":table/")[2].partition("/")[0]


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        parsed = json.loads(body or b"{}")
    except ValueError:
        return {}
    return parsed if isinstance(parsed, dict) else {}
