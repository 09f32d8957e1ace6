"""The Cedar schema of a domain, generated from its charter and payload models: policies are checked against real types."""

import types
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from ipaddress import IPv4Address, IPv6Address
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from remit.domain.cedar_type import CedarType
from remit.domain.charter import Charter
from remit.domain.fact_spec import FactSpec
from remit.domain.model import JsonObject
from remit.domain.payload import Payload
from remit.domain.tool_spec import Effect, Reach, ToolSpec

# Subclasses first: True is an int in Python.
_SCALARS: tuple[tuple[type, JsonObject], ...] = (
    (bool, {"type": "Boolean"}),
    (int, {"type": "Long"}),
    (str, {"type": "String"}),
    (Decimal, {"type": "Extension", "name": "decimal"}),
    (datetime, {"type": "Extension", "name": "datetime"}),
    (IPv4Address, {"type": "Extension", "name": "ipaddr"}),
    (IPv6Address, {"type": "Extension", "name": "ipaddr"}),
)
_COLLECTIONS = (list, tuple, set, frozenset)


def cedar_schema(charter: Charter, payloads: Mapping[str, type[Payload]]) -> JsonObject:
    """JSON schema of namespace Remit. `payloads` by class name. Raises ValueError for a field that Cedar has no type for."""
    return {
        "Remit": {
            "commonTypes": _common_types(charter),
            "entityTypes": _entity_types(charter),
            "actions": {
                **{group: {} for group in (*map(_effect, Effect), *map(_reach, Reach))},
                **{name: _action(tool, charter, payloads[tool.payload]) for name, tool in charter.tools.items()},
            },
        }
    }


def _common_types(charter: Charter) -> JsonObject:
    """The parts of the context that are the same for every tool."""
    text: JsonObject = {"type": "String"}
    return {
        "RequesterContext": _record({"arn": text}),
        "DelegatorContext": _record(
            {"person": text, "name": text, "groups": {"type": "Set", "element": text}, "tenant": {**text, "required": False}}
        ),
        "RunContext": _record({"id": text, "step": text, "completed": {"type": "Set", "element": text}, "counts": _counts(charter)}),
        "OwnerContext": _record({"address": text, "asks": {"type": "Boolean"}}),
        "ScopeContext": _record({"reach": text, "within": {"type": "Boolean"}}),
        "LabelsContext": _record({"integrity": text, "confidentiality": text}),
        "DestinationContext": _record({"side": text, "vouched": {"type": "Boolean"}}),
        "ApprovalContext": _record({"route": text, "approvers": {"type": "Set", "element": text}}),
    }


def _counts(charter: Charter) -> JsonObject:
    """How often each tool was done in the run."""
    return _record({tool: {"type": "Long"} for tool in charter.tools})


def _entity_types(charter: Charter) -> JsonObject:
    resources: JsonObject = {tool.resource_type: {} for tool in charter.tools.values() if not tool.message}
    return {"Agent": {"memberOfTypes": ["Role"]}, "Role": {}, "User": {"memberOfTypes": ["Group"]}, "Group": {}, "Tool": {}, **resources}


def _action(tool: ToolSpec, charter: Charter, payload: type[Payload]) -> JsonObject:
    return {
        "memberOf": [{"id": _effect(tool.effect)}, {"id": _reach(tool.reach)}],
        "appliesTo": {
            "principalTypes": ["Agent", "User"] if charter.groups else ["Agent"],
            "resourceTypes": [tool.resource_type],
            "context": _context(payload, {name: charter.facts[name] for name in tool.facts}, _besides(tool, charter)),
        },
    }


def _besides(tool: ToolSpec, charter: Charter) -> JsonObject:
    """The parts of the context that only some tools have."""
    scoped = any(workflow.scope is not None for workflow in charter.workflows.values())
    parts: dict[str, JsonObject] = {
        "destination": {"type": "EntityOrCommon", "name": "DestinationContext"} if tool.destination else {},
        "owner": {"type": "EntityOrCommon", "name": "OwnerContext"} if tool.owner else {},
        "scope": {"type": "EntityOrCommon", "name": "ScopeContext", "required": False} if scoped else {},
    }
    return {name: part for name, part in parts.items() if part}


def _context(payload: type[Payload], facts: Mapping[str, FactSpec], besides: JsonObject) -> JsonObject:
    return _record(
        {
            "payload": _model(payload),
            "facts": _record({name: _fact(spec) for name, spec in facts.items()}),
            "requester": {"type": "EntityOrCommon", "name": "RequesterContext"},
            "delegator": {"type": "EntityOrCommon", "name": "DelegatorContext", "required": False},
            "run": {"type": "EntityOrCommon", "name": "RunContext"},
            "labels": {"type": "EntityOrCommon", "name": "LabelsContext"},
            **besides,
            "approval": {"type": "EntityOrCommon", "name": "ApprovalContext", "required": False},
        }
    )


def _fact(spec: FactSpec) -> JsonObject:
    return _record({attribute: _fact_type(kind) for attribute, kind in spec.attributes.items()})


def _fact_type(kind: CedarType) -> JsonObject:
    return {"type": "Set", "element": {"type": "String"}} if kind is CedarType.STRINGS else {"type": str(kind)}


def _model(model: type[BaseModel]) -> JsonObject:
    return _record({name: _attribute(f"{model.__name__}.{name}", field) for name, field in model.model_fields.items()})


def _attribute(place: str, field: FieldInfo) -> JsonObject:
    """A field's type; one that may be left out, or be None, is an attribute that may be absent."""
    options = [option for option in _options(field.annotation) if option is not types.NoneType]
    if len(options) != 1:
        raise ValueError(f"{place}: a union has no Cedar type")
    required = field.is_required() and len(options) == len(_options(field.annotation))
    return _type(place, options[0]) | ({} if required else {"required": False})


def _options(annotation: object) -> tuple[Any, ...]:
    return get_args(annotation) if get_origin(annotation) in {Union, types.UnionType} else (annotation,)


def _type(place: str, annotation: object) -> JsonObject:
    origin = get_origin(annotation)
    if origin is Annotated:
        return _type(place, get_args(annotation)[0])
    if origin is Literal:
        return _same(place, {type(value) for value in get_args(annotation)})
    if origin in _COLLECTIONS:
        return {"type": "Set", "element": _same(place, {item for item in get_args(annotation) if item is not ...})}
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return _model(annotation)
    return _scalar(place, annotation)


def _same(place: str, kinds: set[Any]) -> JsonObject:
    if len(kinds) != 1:
        raise ValueError(f"{place}: a Cedar set or choice has values of one type")
    return _type(place, kinds.pop())


def _scalar(place: str, annotation: object) -> JsonObject:
    for kind, cedar in _SCALARS:
        if isinstance(annotation, type) and issubclass(annotation, kind):
            return dict(cedar)
    raise ValueError(f"{place}: Cedar has no type for {annotation}")


def _record(attributes: JsonObject) -> JsonObject:
    return {"type": "Record", "attributes": attributes}


def _effect(effect: Effect) -> str:
    return f"effect:{effect}"


def _reach(reach: Reach) -> str:
    return f"reach:{reach}"
