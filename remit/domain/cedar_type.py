"""The types that a value may have where a policy looks at it."""

from enum import StrEnum

from remit.domain.model import Json

_LONG = 2**63


class CedarType(StrEnum):
    """The types of a fact's attribute, and of a predicate's value."""

    STRING = "String"
    LONG = "Long"
    BOOLEAN = "Boolean"
    STRINGS = "Set<String>"


_PYTHON_TYPES: dict[CedarType, type] = {CedarType.STRING: str, CedarType.LONG: int, CedarType.BOOLEAN: bool, CedarType.STRINGS: list}


def is_of(kind: CedarType, value: Json) -> bool:
    """Whether the value is of this type, with nothing coerced."""
    # type(), not isinstance(): True is an int in Python and must not pass as a Long.
    return type(value) is _PYTHON_TYPES[kind] and (not isinstance(value, list) or all(isinstance(element, str) for element in value))


def can_hold(kind: CedarType, value: Json) -> bool:
    """Whether Cedar can hold the value: a Long has 64 bits."""
    return is_of(kind, value) and (not isinstance(value, int) or -_LONG <= value < _LONG)
