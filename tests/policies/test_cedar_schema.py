"""The generated schema has a type for what payloads can hold, and none for what Cedar cannot."""

from datetime import datetime
from decimal import Decimal
from ipaddress import IPv4Address
from pathlib import Path
from typing import Annotated, Literal

import cedarpy
import pytest
from pydantic import Field

from remit.charters import load_charter
from remit.domain.cedar_schema import cedar_schema
from remit.domain.cedar_type import CedarType
from remit.domain.fact_spec import StoredFactSpec
from remit.domain.model import Json, JsonObject
from remit.domain.payload import Payload

REFUNDS = load_charter(Path("charters/refunds.yaml"))
MODELS = tuple(tool.payload for tool in REFUNDS.tools.values())


class Address(Payload):
    city: str
    zone: Literal[1, 2]


class Everything(Payload):
    account_id: str
    choice: Literal["a", "b"]
    amount: Annotated[int, Field(gt=0)]
    urgent: bool
    labels: frozenset[str]
    codes: tuple[int, ...]
    addresses: list[Address]
    home: Address
    note: str | None
    count: int = 1
    price: Decimal
    due: datetime
    host: IPv4Address


def attributes(payload: type[Payload]) -> JsonObject:
    schema: Json = cedar_schema(REFUNDS, dict.fromkeys(MODELS, payload))
    for name in ("Remit", "actions", "refunds.issue_refund", "appliesTo", "context", "attributes", "payload", "attributes"):
        assert isinstance(schema, dict)
        schema = schema[name]
    assert isinstance(schema, dict)
    return schema


def test_every_payload_type_has_its_cedar_type() -> None:
    address = {"type": "Record", "attributes": {"city": {"type": "String"}, "zone": {"type": "Long"}}}
    assert attributes(Everything) == {
        "account_id": {"type": "String"},
        "choice": {"type": "String"},
        "amount": {"type": "Long"},
        "urgent": {"type": "Boolean"},
        "labels": {"type": "Set", "element": {"type": "String"}},
        "codes": {"type": "Set", "element": {"type": "Long"}},
        "addresses": {"type": "Set", "element": address},
        "home": address,
        "note": {"type": "String", "required": False},
        "count": {"type": "Long", "required": False},
        "price": {"type": "Extension", "name": "decimal"},
        "due": {"type": "Extension", "name": "datetime"},
        "host": {"type": "Extension", "name": "ipaddr"},
    }


def test_cedar_accepts_the_schema_of_every_payload_type() -> None:
    schema = cedar_schema(REFUNDS, dict.fromkeys(MODELS, Everything))
    rule = 'forbid (principal, action in Remit::Action::"effect:write", resource) when { context.payload.labels.contains(1) };'
    assert "not compatible" in cedarpy.validate_policies(rule, schema).errors[0].error
    assert cedarpy.validate_policies(rule.replace("contains(1)", 'contains("x")'), schema).validation_passed


@pytest.mark.parametrize("annotation", [float, bytes, str | int, Literal["a", 1], dict[str, str], list])
def test_a_field_without_a_cedar_type_is_named(annotation: object) -> None:
    odd = type("Odd", (Payload,), {"__annotations__": {"account_id": annotation}})
    with pytest.raises(ValueError, match=r"^Odd\.account_id: "):
        attributes(odd)


def test_a_fact_may_be_a_set_of_texts() -> None:
    order = REFUNDS.facts["order"].model_copy(update={"attributes": {"tags": CedarType.STRINGS}})
    charter = REFUNDS.model_copy(update={"facts": {**REFUNDS.facts, "order": order}})
    schema = cedar_schema(charter, dict.fromkeys(MODELS, Everything))
    rule = 'forbid (principal, action in Remit::Action::"effect:write", resource) when { context.facts.order.tags.contains("gift") };'
    assert cedarpy.validate_policies(rule, schema).validation_passed
    assert not cedarpy.validate_policies(rule.replace('"gift"', "1"), schema).validation_passed


def test_what_stands_in_memory_is_a_value_with_its_authority() -> None:
    rule = StoredFactSpec(namespace="logistics", predicate="carrier", key="account_id", type=CedarType.LONG)
    charter = REFUNDS.model_copy(update={"facts": {**REFUNDS.facts, "order": rule}})
    schema = cedar_schema(charter, dict.fromkeys(MODELS, Everything))
    head = 'forbid (principal, action in Remit::Action::"effect:write", resource)'
    fits = f'{head} when {{ context.facts.order.value > 1 && context.facts.order.integrity != "owner" }};'
    assert cedarpy.validate_policies(fits, schema).validation_passed
    assert not cedarpy.validate_policies(fits.replace("value", "carrier"), schema).validation_passed
