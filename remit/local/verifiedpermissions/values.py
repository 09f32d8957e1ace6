"""The service's typed values, entities and contexts, put as Cedar's JSON."""

import json
from collections.abc import Iterable
from typing import Any

from remit.local.verifiedpermissions.cedar import EntityIdentifier
from remit.local.verifiedpermissions.errors import ValidationException, invalid

CedarValue = Any
Json = Any
CedarEntity = dict[str, Any]

_MOST_TRANSITIVE_PARENTS = 99
_EXTENSIONS = {"ipaddr": "ip", "decimal": "decimal", "datetime": "datetime", "duration": "duration"}


def uid(identifier: EntityIdentifier) -> dict[str, str]:
    return {"type": identifier["entityType"], "id": identifier["entityId"]}


def cedar_value(typed: dict[str, Any]) -> CedarValue:
    """A typed attribute value as Cedar JSON."""
    ((kind, value),) = ((kind, value) for kind, value in typed.items() if value is not None)
    if kind == "set":
        return [cedar_value(member) for member in value]
    if kind == "record":
        return cedar_record(value)
    if kind == "entityIdentifier":
        return {"__entity": uid(value)}
    if kind in _EXTENSIONS:
        return {"__extn": {"fn": _EXTENSIONS[kind], "arg": value}}
    return value


def cedar_record(typed: dict[str, Any]) -> dict[str, CedarValue]:
    return {name: cedar_value(member) for name, member in typed.items()}


def cedar_context(definition: dict[str, Any] | None) -> dict[str, CedarValue]:
    """A request's context, given as typed values or as Cedar JSON."""
    if not definition:
        return {}
    if "contextMap" in definition:
        return cedar_record(definition["contextMap"])
    context = _parsed(definition["cedarJson"], "/context/cedarJson")
    if not isinstance(context, dict):
        raise invalid("/context/cedarJson", "Expected a JSON object")
    return context


def cedar_entities(definition: dict[str, Any] | None) -> list[CedarEntity]:
    """A request's entities, given as typed values or as Cedar JSON."""
    if not definition:
        return []
    if "entityList" in definition:
        # Of several with one identifier only the last counts.
        given = [_cedar_entity(item) for item in definition["entityList"]]
        return list({_key(entity["uid"]): entity for entity in given}.values())
    entities = _parsed(definition["cedarJson"], "/entities/cedarJson")
    if not isinstance(entities, list) or not all(isinstance(entity, dict) and "uid" in entity for entity in entities):
        raise invalid("/entities/cedarJson", "Expected a JSON array of entities")
    return entities


def _cedar_entity(item: dict[str, Any]) -> CedarEntity:
    return {
        "uid": uid(item["identifier"]),
        "attrs": cedar_record(item.get("attributes") or {}),
        "parents": [uid(parent) for parent in item.get("parents") or ()],
        "tags": cedar_record(item.get("tags") or {}),
    }


def _parsed(text: str, path: str) -> Json:
    try:
        return json.loads(text)
    except ValueError as error:
        raise invalid(path, f"Not JSON: {error}") from error


def entity_type(entity: CedarEntity) -> str:
    return _key(entity["uid"])[0]


def is_action(entity: CedarEntity) -> bool:
    kind = entity_type(entity)
    return kind == "Action" or kind.endswith("::Action")


def _key(given: Json) -> tuple[str, str]:
    plain = given.get("__entity", given) if isinstance(given, dict) else {}
    return str(plain.get("type", "")), str(plain.get("id", ""))


def check_parents(entities: Iterable[CedarEntity], identifiers: Iterable[EntityIdentifier]) -> None:
    """Raise if a principal or resource has more transitive parents than the service follows."""
    parents = {_key(entity["uid"]): [_key(parent) for parent in entity.get("parents") or ()] for entity in entities}
    for identifier in identifiers:
        start = (identifier["entityType"], identifier["entityId"])
        if len(_ancestors(start, parents)) > _MOST_TRANSITIVE_PARENTS:
            raise ValidationException(f"{start[0]} has more than {_MOST_TRANSITIVE_PARENTS} transitive parents")


def _ancestors(start: tuple[str, str], parents: dict[tuple[str, str], list[tuple[str, str]]]) -> set[tuple[str, str]]:
    found: set[tuple[str, str]] = set()
    waiting = list(parents.get(start, ()))
    while waiting:
        current = waiting.pop()
        if current not in found:
            found.add(current)
            waiting.extend(parents.get(current, ()))
    return found
