"""What tools on DynamoDB tables have in common: reading a record, writing one once, and telling a refusal from an accident."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from remit.adapters.aws import code_of
from remit.adapters.dynamodb_items import decode, encode
from remit.domain.access import TENANT
from remit.domain.model import JsonObject
from remit.toolkit import ReadContext, ToolContext, ToolFailed

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef, PutTypeDef, UpdateTypeDef

_REFUSALS = {"ConditionalCheckFailedException", "TransactionCanceledException", "AccessDeniedException"}


@contextmanager
def refusals() -> Iterator[None]:
    """Only an answer that means "not done" is a refusal, a ToolFailed; after any other error the read-back has to tell."""
    try:
        yield
    except ClientError as error:
        if code_of(error) in _REFUSALS:
            raise ToolFailed(error.response["Error"]["Message"]) from error
        raise


def read_record(context: ReadContext, table: str, key: str, value: str) -> JsonObject | None:
    """One record as it is now."""
    place = encode({**context.within(table), key: value})
    found = context.dynamodb.get_item(TableName=context.tables[table], Key=place, ConsistentRead=True)
    return decode(found["Item"]) if "Item" in found else None


def read_own(context: ReadContext, table: str, key: str) -> JsonObject | None:
    """The record that this use made, under its own key, without what only says so."""
    record = read_record(context, table, key, context.key)
    return None if record is None else {name: value for name, value in record.items() if name not in {key, TENANT, "run"}}


def put_own(context: ToolContext, table: str, key: str, record: JsonObject) -> None:
    """Write the record of this use, once, under its own key. Raises ToolFailed if it is there."""
    with refusals():
        context.dynamodb.put_item(TableName=context.tables[table], Item=_own(context, key, record), ConditionExpression=_new(key))


def put_own_with(context: ToolContext, table: str, key: str, record: JsonObject, update: "UpdateTypeDef") -> None:
    """The same together with a change of another record, or neither. Raises ToolFailed."""
    own: PutTypeDef = {"TableName": context.tables[table], "Item": _own(context, key, record), "ConditionExpression": _new(key)}
    with refusals():
        context.dynamodb.transact_write_items(TransactItems=[{"Put": own}, {"Update": update}])


def _own(context: ToolContext, key: str, record: JsonObject) -> "dict[str, AttributeValueTypeDef]":
    return encode({key: context.key, **record, "run": context.run})


def _new(key: str) -> str:
    return f"attribute_not_exists({key})"
