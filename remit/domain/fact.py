"""What is true now, as far as a decision looks at it: a business record as it is, or a statement that stands."""

from remit.domain.cedar_type import CedarType, is_of
from remit.domain.errors import Denied, Reason
from remit.domain.fact_key import FactRef
from remit.domain.fact_spec import FactSpec
from remit.domain.model import Json, JsonObject, Model
from remit.domain.statement import Statement


class Fact(Model):
    name: str
    ref: FactRef
    attributes: JsonObject


def make_fact(name: str, spec: FactSpec, key: str, record: JsonObject | None) -> Fact:
    """The declared attributes of a record. Raises Denied if the record, an attribute or its version is missing or of another type."""
    if record is None:
        raise relied_on_in_vain(name, f"there is no {spec.id_of(key)}")
    attributes = {attribute: _typed(name, attribute, kind, record.get(attribute)) for attribute, kind in spec.attributes.items()}
    version = record.get("version")
    if type(version) is not int:
        raise relied_on_in_vain(name, "version is not a Long")
    return Fact(name=name, ref=FactRef(id=spec.id_of(key), version=version), attributes=attributes)


def record_of(statement: Statement) -> JsonObject:
    """What stands, in the form of a business record."""
    about: JsonObject = {"authority": statement.authority, "integrity": statement.labels.integrity.value}
    return {"value": statement.value, "version": statement.version, **about}


def _typed(name: str, attribute: str, kind: CedarType, value: Json) -> Json:
    if not is_of(kind, value):
        raise relied_on_in_vain(name, f"{attribute} is not a {kind}")
    return value


def relied_on_in_vain(name: str, what: str) -> Denied:
    """The refusal of a decision that would have to look at such a fact."""
    return Denied(f"The fact '{name}' cannot be relied on: {what}.", (Reason(policy=f"fact.{name}", reason=what),))
