"""Which attributes a schema declares for an entity type or for an action's context."""

from collections.abc import Mapping
from typing import Any

Document = Mapping[str, Any]
Shape = Any

_MOST_ALIASES_DEEP = 32


def entity_attributes(document: Document, entity_type: str) -> frozenset[str]:
    """The attribute names of an entity type; none for a type that the schema does not declare."""
    namespace, name = _split(entity_type)
    declared = document.get(namespace, {}).get("entityTypes", {}).get(name, {})
    return frozenset(_attributes(document, namespace, declared.get("shape", {})))


def token_attributes(document: Document, action_type: str, action_id: str) -> frozenset[str] | None:
    """The attribute names of `context.token` for an action, or None if its context has no such record."""
    namespace = action_type.removesuffix("Action").removesuffix("::")
    declared = document.get(namespace, {}).get("actions", {}).get(action_id, {})
    context = _attributes(document, namespace, (declared.get("appliesTo") or {}).get("context", {}))
    return frozenset(_attributes(document, namespace, context["token"])) if "token" in context else None


def _split(name: str) -> tuple[str, str]:
    namespace, _, own = name.rpartition("::")
    return namespace, own


def _attributes(document: Document, namespace: str, shape: Shape) -> Mapping[str, Any]:
    """The attributes of a record type, followed through the common types that name it."""
    for _ in range(_MOST_ALIASES_DEEP):
        if "attributes" in shape:
            attributes: Mapping[str, Any] = shape["attributes"]
            return attributes
        referred = shape.get("name") if shape.get("type") in ("EntityOrCommon", "CommonTypeRef") else shape.get("type", "")
        namespace, shape = _common_type(document, namespace, referred or "")
    return {}


def _common_type(document: Document, namespace: str, referred: str) -> tuple[str, Shape]:
    given, name = _split(referred)
    for home in (given,) if given else (namespace, ""):
        types = document.get(home, {}).get("commonTypes", {})
        if name in types:
            return home, types[name]
    return namespace, {}
