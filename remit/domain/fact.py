"""What is true now, as far as a decision looks at it."""

from remit.domain.charter import CedarType, FactSpec
from remit.domain.errors import Denied, Reason
from remit.domain.model import Json, JsonObject, Model

_PYTHON_TYPES: dict[CedarType, type] = {CedarType.STRING: str, CedarType.LONG: int, CedarType.BOOLEAN: bool, CedarType.STRINGS: list}


class FactRef(Model):
    """Which record, at which version, a decision rested on."""

    id: str
    version: int


class Fact(Model):
    name: str
    ref: FactRef
    attributes: JsonObject


def make_fact(name: str, spec: FactSpec, key: str, record: JsonObject | None) -> Fact:
    """The declared attributes of a record. Raises Denied if the record, an attribute or its version is missing or of another type."""
    if record is None:
        raise _denied(name, f"there is no record {spec.table}/{key}")
    attributes = {attribute: _typed(name, attribute, kind, record.get(attribute)) for attribute, kind in spec.attributes.items()}
    version = record.get("version")
    if type(version) is not int:
        raise _denied(name, "version is not a Long")
    return Fact(name=name, ref=FactRef(id=f"{spec.table}/{key}", version=version), attributes=attributes)


def _typed(name: str, attribute: str, kind: CedarType, value: Json) -> Json:
    # type(), not isinstance(): True is an int in Python and must not pass as a Long.
    if type(value) is not _PYTHON_TYPES[kind] or (isinstance(value, list) and not all(isinstance(element, str) for element in value)):
        raise _denied(name, f"{attribute} is not a {kind}")
    return value


def _denied(name: str, what: str) -> Denied:
    return Denied(f"The fact '{name}' cannot be relied on: {what}.", (Reason(policy=f"fact.{name}", reason=what),))
