"""Cedar as the service uses it: one policy or template a statement, policy sets keyed by the service's own ids."""

import copy
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import cedarpy

EntityIdentifier = dict[str, str]
Est = dict[str, Any]

_SLOTS = {"principal": "?principal", "resource": "?resource"}


class CedarError(ValueError):
    """Cedar refuses a text: the message is Cedar's own."""


@dataclass(frozen=True)
class Statement:
    """One parsed policy or template: Cedar's JSON form of it, and the text it was given as."""

    est: Est
    given: str | None = None

    @cached_property
    def text(self) -> str:
        return _text_of(self.est) if self.given is None else self.given

    @property
    def effect(self) -> str:
        return str(self.est["effect"]).capitalize()

    @cached_property
    def json(self) -> str:
        return json.dumps(self.est)

    @property
    def slots(self) -> frozenset[str]:
        return frozenset(part for part, slot in _SLOTS.items() if _scope(self.est, part).get("slot") == slot)

    @property
    def principal(self) -> EntityIdentifier | None:
        return _scope_entity(self.est, "principal")

    @property
    def resource(self) -> EntityIdentifier | None:
        return _scope_entity(self.est, "resource")

    @property
    def actions(self) -> list[dict[str, str]]:
        scope = self.est["action"]
        named = scope.get("entities") or ([scope["entity"]] if "entity" in scope else [])
        return [{"actionType": uid["type"], "actionId": uid["id"]} for uid in named]

    def constrains(self, part: str) -> bool:
        return bool(self.est[part]["op"] != "All")

    def same_head(self, other: "Statement") -> bool:
        """Whether effect, principal and resource, which no update may change, are the same."""
        return all(self.est[part] == other.est[part] for part in ("effect", "principal", "resource"))

    def linked(self, values: Mapping[str, EntityIdentifier]) -> "Statement":
        """This template with its slots filled."""
        est = copy.deepcopy(self.est)
        for part in self.slots:
            scope = _scope(est, part)
            del scope["slot"]
            scope["entity"] = {"type": values[part]["entityType"], "id": values[part]["entityId"]}
        return Statement(est)


def _scope(est: Est, part: str) -> dict[str, Any]:
    scope: dict[str, Any] = est[part]
    inner: dict[str, Any] = scope.get("in", scope)
    return inner


def _scope_entity(est: Est, part: str) -> EntityIdentifier | None:
    uid = _scope(est, part).get("entity")
    return {"entityType": uid["type"], "entityId": uid["id"]} if uid else None


def _text_of(est: Est) -> str:
    return cedarpy.policies_from_json_str(json.dumps({"staticPolicies": {"policy0": est}, "templates": {}, "templateLinks": []}))


def parse_policy(text: str) -> Statement:
    """The one static policy of a text."""
    static, templates = _parse(text)
    if templates:
        raise CedarError("expected a static policy, got a template")
    return Statement(_only(static), text)


def parse_template(text: str) -> Statement:
    """The one template of a text, with principal and resource both constrained, as the service wants them."""
    static, templates = _parse(text)
    if static:
        raise CedarError("expected a template, got a static policy: a template needs ?principal or ?resource")
    template = Statement(_only(templates), text)
    if not (template.constrains("principal") and template.constrains("resource")):
        raise CedarError("a policy template must constrain both the principal and the resource")
    return template


def _parse(text: str) -> tuple[list[Est], list[Est]]:
    try:
        parsed = json.loads(cedarpy.policies_to_json_str(text))
    except ValueError as error:
        raise CedarError(str(error)) from error
    return list(parsed["staticPolicies"].values()), list(parsed["templates"].values())


def _only(policies: Sequence[Est]) -> Est:
    if len(policies) != 1:
        raise CedarError(f"expected exactly one policy, found {len(policies)}")
    return policies[0]


def parse_schema(text: str) -> cedarpy.Schema:
    """A schema in Cedar's JSON form."""
    try:
        return cedarpy.Schema.from_json_str(text)
    except ValueError as error:
        raise CedarError(str(error)) from error


def validation_errors(statement: Statement, schema: cedarpy.Schema) -> list[str]:
    """What Cedar's validator says against a statement."""
    result = cedarpy.validate_policies(statement.text, schema)
    return [] if result.validation_passed else [error.error.removeprefix("for policy `policy0`, ") for error in result.errors]


@dataclass(frozen=True)
class Verdict:
    """Cedar's answer to one request; `refused` when Cedar could not put the question at all."""

    allowed: bool
    reasons: Sequence[str]
    errors: Sequence[str]
    refused: bool


class Engine:
    """A parsed policy set and schema, good until its store changes."""

    def __init__(self, policies: Mapping[str, Statement], schema: cedarpy.Schema | None) -> None:
        static = ",".join(f"{json.dumps(name)}:{statement.json}" for name, statement in policies.items())
        self._policies = cedarpy.PolicySet.from_json_str(f'{{"staticPolicies":{{{static}}},"templates":{{}},"templateLinks":[]}}')
        self._schema = schema

    def decide(self, requests: Iterable[dict[str, Any]], entities: str) -> list[Verdict]:
        """Cedar's verdicts with the store's schema, where it has one."""
        return self._decide(requests, entities, self._schema)

    def is_malformed(self, request: dict[str, Any], entities: str) -> bool:
        """Whether Cedar could not read the request even without a schema."""
        return self._decide([request], entities, None)[0].refused

    def _decide(self, requests: Iterable[dict[str, Any]], entities: str, schema: cedarpy.Schema | None) -> list[Verdict]:
        answers = cedarpy.is_authorized_batch(list(requests), self._policies, entities, schema)
        return [_verdict(answer) for answer in answers]


def _verdict(answer: cedarpy.AuthzResult) -> Verdict:
    diagnostics = answer.diagnostics
    refused = answer.decision is cedarpy.Decision.NoDecision
    return Verdict(answer.allowed, sorted(diagnostics.reasons), diagnostics.errors, refused)
