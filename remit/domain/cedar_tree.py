"""A Cedar policy as the tree of its JSON form: what it names, and how its parts are read and made."""

from collections.abc import Iterator

from remit.domain.canonical import canonical
from remit.domain.model import Json, JsonObject

TRUE: Json = {"Value": True}
FALSE: Json = {"Value": False}


def is_permit(policy: JsonObject) -> bool:
    return policy["effect"] == "permit"


def facts_read(policy: Json) -> frozenset[str]:
    """The facts whose attributes the policy looks at."""
    facts = part_of_context("facts")
    return frozenset(str(args["attr"]) for name, args in _nodes(policy) if name in {".", "has"} and args.get("left") == facts)


def asks_for_approval(policy: Json) -> bool:
    approval = part_of_context("approval")
    return any(name in {".", "has"} and {".": args} == approval for name, args in _nodes(policy))


def entities_named(policy: Json, kind: str) -> frozenset[str]:
    """The ids of the entities of one type that the policy names anywhere."""
    return frozenset(str(each["id"]) for each in _objects(policy) if each.get("type") == kind and "id" in each)


def whole_condition(policy: JsonObject) -> Json:
    """Scope and clauses as one expression."""
    parts = [_scope(variable, as_object(policy[variable])) for variable in ("principal", "action", "resource")]
    parts += [_clause(as_object(clause)) for clause in as_list(policy["conditions"])]
    whole = TRUE
    for part in parts:
        whole = {"&&": {"left": whole, "right": part}}
    return whole


def variable(name: str) -> Json:
    return {"Var": name}


def part_of_context(name: str) -> Json:
    return {".": {"left": variable("context"), "attr": name}}


def literal(value: Json) -> Json:
    return {"Value": value}


def entity(identity: Json) -> Json:
    return literal({"__entity": identity})


def set_of(members: list[Json]) -> Json:
    return {"Set": members}


def members_of(tree: Json) -> list[Json] | None:
    """A written set's members; None for anything else."""
    members = as_object(tree).get("Set")
    return members if isinstance(members, list) else None


def fields_of(tree: Json) -> JsonObject:
    """A written record's fields; none for anything else."""
    fields = as_object(tree).get("Record")
    return fields if isinstance(fields, dict) else {}


def kind_of(tree: Json) -> str | None:
    """A written entity's type; None for anything else."""
    value = as_object(tree).get("Value")
    return str(as_object(value["__entity"])["type"]) if isinstance(value, dict) and "__entity" in value else None


def all_literal(*trees: Json) -> bool:
    return all("Value" in as_object(tree) for tree in trees)


def same(left: Json, right: Json) -> bool:
    # As text: True equals 1 in Python.
    return canonical(left) == canonical(right)


def as_object(tree: Json) -> JsonObject:
    if not isinstance(tree, dict):
        raise TypeError(f"this is no part of a policy: {tree}")
    return tree


def as_list(tree: Json) -> list[Json]:
    if not isinstance(tree, list):
        raise TypeError(f"this is no list of a policy: {tree}")
    return tree


def _scope(name: str, constraint: JsonObject) -> Json:
    subject = variable(name)
    match constraint["op"]:
        case "==":
            return {"==": {"left": subject, "right": entity(constraint["entity"])}}
        case "in" if "entities" in constraint:
            return {"in": {"left": subject, "right": set_of([entity(each) for each in as_list(constraint["entities"])])}}
        case "in":
            return {"in": {"left": subject, "right": entity(constraint["entity"])}}
        case "is":
            within: JsonObject = {"in": entity(as_object(constraint["in"])["entity"])} if "in" in constraint else {}
            return {"is": {"left": subject, "entity_type": constraint["entity_type"], **within}}
        case _:
            return TRUE


def _clause(clause: JsonObject) -> Json:
    return clause["body"] if clause["kind"] == "when" else {"!": {"arg": clause["body"]}}


def _nodes(tree: Json) -> Iterator[tuple[str, JsonObject]]:
    return ((name, args) for each in _objects(tree) for name, args in each.items() if isinstance(args, dict))


def _objects(tree: Json) -> Iterator[JsonObject]:
    if isinstance(tree, dict):
        yield tree
    for child in tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ():
        yield from _objects(child)
