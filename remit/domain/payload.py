"""What an agent may ask for: strict typed payloads, with the part it may do by itself marked on the field."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo

from remit.domain.canonical import canonical
from remit.domain.errors import InvalidPayload, Reason
from remit.domain.model import JsonObject


@dataclass(frozen=True, slots=True)
class Money:
    """Marks a field in minor units, which people read as whole ones."""


Cents = Annotated[int, Field(gt=0, le=10**12, description="Money in minor units: 12000 is 120.00"), Money()]
Text = Annotated[str, Field(min_length=1, max_length=500)]
UseKey = Annotated[str, Field(pattern=r"^[0-9a-f]{40}$", description="The key of one use of a tool, which is its warrant's id")]


class Payload(BaseModel):
    """Base of a tool's payload: nothing is coerced, nothing unknown is accepted."""

    # Built when first used, as every model.
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)


@dataclass(frozen=True, slots=True)
class Autonomous:
    """The largest value of a numeric field that an agent may use without a human: valid beyond it, but escalated."""

    le: int


def parse_payload(model: type[Payload], raw: JsonObject) -> Payload:
    """Validate a proposed payload. Raises InvalidPayload with one reason per offending field."""
    try:
        # As JSON, so that strictness still takes a list for a set and a text for a date, as JSON has to write them.
        return model.model_validate_json(canonical(raw))
    except ValidationError as error:
        reasons = tuple(_reason(detail["loc"], detail["msg"]) for detail in error.errors(include_url=False, include_input=False))
        raise InvalidPayload("; ".join(f"{reason.policy}: {reason.reason}" for reason in reasons), reasons) from error
    except ValueError as error:
        raise InvalidPayload(f"This is no JSON: {error}", (Reason(policy="payload", reason=str(error)),)) from error


def beyond_autonomy(payload: Payload) -> tuple[Reason, ...]:
    """The caps that this payload exceeds, one reason each."""
    return tuple(
        Reason(policy=f"autonomy.{name}", reason=f"{name} {value} is over the {cap.le} that the agent may do by itself")
        for name, value, cap in _capped(payload)
        if value > cap.le
    )


def is_capped(model: type[Payload]) -> bool:
    """Whether any field has a part that an agent may not use by itself."""
    return any(mark for field in model.model_fields.values() for mark in _caps(field))


def money_fields(model: type[Payload]) -> frozenset[str]:
    """The fields whose value is money in minor units."""
    return frozenset(name for name, field in model.model_fields.items() if any(isinstance(mark, Money) for mark in field.metadata))


def _capped(payload: Payload) -> Iterator[tuple[str, int, Autonomous]]:
    for name, field in type(payload).model_fields.items():
        for cap in _caps(field):
            yield name, getattr(payload, name), cap


def _caps(field: FieldInfo) -> Iterator[Autonomous]:
    return (mark for mark in field.metadata if isinstance(mark, Autonomous))


def _reason(location: tuple[int | str, ...], message: str) -> Reason:
    return Reason(policy=".".join(("payload", *map(str, location))), reason=message)
