"""Cedar in this process: the policies that Verified Permissions would hold, each parsed once, asked only where they can match."""

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

import cedarpy
from pydantic_core import to_json

from remit.adapters.cedar_index import Head, Rule, ScopeIndex, parse_rule
from remit.domain.errors import Reason
from remit.domain.evaluation import AuthorizationRequest, EntityId, Evaluation
from remit.domain.model import JsonObject
from remit.domain.policy import PolicyText, policy_set_digest
from remit.ports import PolicyEngine

# Parsed sets kept at once: one for each combination of heads that requests have matched of late.
_SLICES = 4_096


class EmbeddedCedar(PolicyEngine):
    """Raises ValueError at construction if the policies or the schema do not parse."""

    name = "embedded"

    def __init__(self, policies: Sequence[PolicyText], schema: JsonObject) -> None:
        schema_json = json.dumps(schema)
        named = _named(policies)
        self._reasons = {name: Reason(policy=policy.id, reason=policy.reason) for name, policy in named.items()}
        self._rules = {name: _parsed(policy) for name, policy in named.items()}
        # Without the schema a forbid whose condition errors is skipped, and the answer is an allow.
        self._schema = cedarpy.Schema.from_json_str(schema_json)
        # Made with the schema, so that it holds the actions: otherwise no policy over an action group would ever match.
        self._actions = cedarpy.Entities.from_json_str("[]", self._schema)
        self._index = ScopeIndex(self._rules, self._actions)
        self._slice = lru_cache(maxsize=_SLICES)(self._policies_of)
        self._digest = policy_set_digest((policy.statement for policy in policies), schema_json)

    def evaluate(self, request: AuthorizationRequest) -> Evaluation:
        try:
            answer = self._ask(request)
        except ValueError as error:
            return Evaluation(allowed=False, determining=(), errors=(f"Cedar cannot read it: {error}",))
        decision, told = answer.decision, answer.diagnostics
        undecided = decision is cedarpy.Decision.NoDecision
        errors = tuple(told.errors) or (("The engine came to no decision.",) if undecided else ())
        return Evaluation(allowed=decision is cedarpy.Decision.Allow, determining=self._determining(told.reasons), errors=errors)

    def policy_set(self) -> str:
        return self._digest

    def matching(self, request: AuthorizationRequest) -> tuple[str, ...]:
        """The policies whose scope the request is in."""
        return tuple(self._index.policies(self._heads(request)))

    def _ask(self, request: AuthorizationRequest) -> cedarpy.AuthzResult:
        asked = {
            "principal": _uid(request.principal),
            "action": _uid(request.action),
            "resource": _uid(request.resource),
            "context": to_json(request.context).decode(),
        }
        return cedarpy.is_authorized(asked, self._slice(self._heads(request)), self._entities(request), self._schema)

    def _entities(self, request: AuthorizationRequest) -> cedarpy.Entities:
        if not request.groups:
            return self._actions
        person = {"uid": _uid(request.principal), "attrs": {}, "parents": [_uid(group) for group in request.groups]}
        return cedarpy.Entities.from_json_str(json.dumps([person]), self._schema)

    def _heads(self, request: AuthorizationRequest) -> tuple[Head, ...]:
        principal, action, resource = request.principal, request.action, request.resource
        groups = [(group.type, group.id) for group in request.groups]
        return self._index.heads((principal.type, principal.id), (action.type, action.id), (resource.type, resource.id), groups)

    def _policies_of(self, heads: tuple[Head, ...]) -> cedarpy.PolicySet:
        static = ",".join(f"{json.dumps(name)}:{self._rules[name].est}" for name in self._index.policies(heads))
        return cedarpy.PolicySet.from_json_str(f'{{"staticPolicies":{{{static}}},"templates":{{}},"templateLinks":[]}}')

    def _determining(self, names: Iterable[str]) -> tuple[Reason, ...]:
        return tuple(sorted((self._reasons[name] for name in names), key=lambda reason: reason.policy))


def _named(policies: Sequence[PolicyText]) -> Mapping[str, PolicyText]:
    """By @id; while a policy is being replaced in a store there may be two of one id."""
    named: dict[str, PolicyText] = {}
    for policy in policies:
        named[policy.id if policy.id not in named else f"{policy.id}#{len(named)}"] = policy
    return named


def _parsed(policy: PolicyText) -> Rule:
    try:
        return parse_rule(policy.statement)
    except ValueError as error:
        raise ValueError(f"{policy.id}: {error}") from error


def _uid(entity: EntityId) -> dict[str, str]:
    return {"type": entity.type, "id": entity.id}
