"""JSON values as DynamoDB items and back. Numbers are integers: money is minor units, never a float."""

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

from remit.domain.model import Json, JsonObject

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

_serialize = TypeSerializer().serialize
_deserialize = TypeDeserializer().deserialize


def encode(value: JsonObject) -> "dict[str, AttributeValueTypeDef]":
    """An item. Raises TypeError on a float."""
    return {name: _serialize(field) for name, field in value.items()}


def decode(item: "Mapping[str, AttributeValueTypeDef]") -> JsonObject:
    """A JSON object. Raises TypeError on what JSON cannot carry exactly: binary, sets and fractions."""
    return {name: _plain(_deserialize(field)) for name, field in item.items()}


def _plain(value: Any) -> Json:  # noqa: ANN401 (whatever the table holds)
    if isinstance(value, Decimal) and value == int(value):
        return int(value)
    if isinstance(value, list):
        return [_plain(element) for element in value]
    if isinstance(value, dict):
        return {name: _plain(field) for name, field in value.items()}
    if value is None or isinstance(value, str | bool):
        return value
    raise TypeError(f"a record holds {type(value).__name__} {value!r}, which JSON cannot carry exactly")
