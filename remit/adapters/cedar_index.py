"""Which policies can match a request, told by the scope at the head of each: principal, action and resource."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cedarpy

Uid = tuple[str, str]
# What a scope may ask of principal or resource: anything, a type, or one entity.
Scope = str | Uid | None
Head = tuple[Scope, Scope, Scope]

_STATEMENTS = 16_384


@dataclass(frozen=True, slots=True)
class Rule:
    """One parsed policy: its scope, and the whole in Cedar's JSON form. `actions` is None where it is for every action."""

    principal: Scope
    actions: tuple[Uid, ...] | None
    resource: Scope
    group: bool
    est: str


@lru_cache(maxsize=_STATEMENTS)
def parse_rule(statement: str) -> Rule:
    """Raises ValueError unless the text is one policy, and no template."""
    parsed = json.loads(cedarpy.policies_to_json_str(statement))
    static = list(parsed["staticPolicies"].values())
    if len(static) != 1 or parsed["templates"]:
        raise ValueError("expected exactly one policy, and no template")
    (est,) = static
    return Rule(
        principal=_scope(est["principal"]),
        actions=_actions(est["action"]),
        resource=_scope(est["resource"]),
        group=est["action"]["op"] == "in",
        est=json.dumps(est),
    )


class ScopeIndex:
    """Policies by head, so that what can match is found without looking at what cannot.

    A request carries no entities but a person's groups, so a resource is `in` itself and nothing else. Actions' parents are the schema's.
    """

    def __init__(self, rules: Mapping[str, Rule], actions: cedarpy.Entities) -> None:
        members = _members(actions)
        self._buckets: dict[Head, list[str]] = defaultdict(list)
        for name, rule in rules.items():
            for action in _reached(rule, members):
                self._buckets[rule.principal, action, rule.resource].append(name)
        self._kinds = tuple(sorted({(_kind(principal), _kind(action), _kind(resource)) for principal, action, resource in self._buckets}))

    def heads(self, principal: Uid, action: Uid, resource: Uid, groups: Sequence[Uid] = ()) -> tuple[Head, ...]:
        """The heads in use that this request matches; `groups` are the principal's."""
        of_principal, of_action, of_resource = (
            ((None,), (principal[0],), (principal, *groups)),
            (None, action[0], action),
            (None, resource[0], resource),
        )
        asked = [(one, of_action[a], of_resource[r]) for p, a, r in self._kinds for one in of_principal[p]]
        return tuple(head for head in asked if head in self._buckets)

    def policies(self, heads: Iterable[Head]) -> Iterator[str]:
        return (name for head in heads for name in self._buckets[head])


def _kind(scope: Scope) -> int:
    """0 for anything, 1 for a type, 2 for an entity."""
    return 0 if scope is None else 1 if isinstance(scope, str) else 2


def _scope(constraint: Mapping[str, Any]) -> Scope:
    entity = constraint.get("in", constraint).get("entity")
    return _uid(entity) if entity else constraint.get("entity_type")


def _actions(constraint: Mapping[str, Any]) -> tuple[Uid, ...] | None:
    if constraint["op"] == "All":
        return None
    return tuple(map(_uid, constraint.get("entities") or filter(None, [constraint.get("entity")])))


def _reached(rule: Rule, members: Mapping[Uid, set[Uid]]) -> set[Uid | None]:
    """Each action that the rule is for, or None for all of them."""
    if rule.actions is None:
        return {None}
    reached: set[Uid | None] = set(rule.actions)
    if rule.group:
        reached.update(*(members[action] for action in rule.actions))
    return reached


def _members(actions: cedarpy.Entities) -> Mapping[Uid, set[Uid]]:
    """All actions in each action group, at any depth: Cedar writes every ancestor as a parent."""
    members: defaultdict[Uid, set[Uid]] = defaultdict(set)
    for action in json.loads(str(actions)):
        for group in action["parents"]:
            members[_uid(group)].add(_uid(action["uid"]))
    return members


def _uid(entity: Mapping[str, str]) -> Uid:
    return entity["type"], entity["id"]
