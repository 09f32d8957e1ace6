"""Looking only at the policies that can match changes no answer: the same as plain Cedar over the whole set."""

import json

import cedarpy
from hypothesis import given, settings
from hypothesis import strategies as st

from remit.adapters.embedded_cedar import EmbeddedCedar
from remit.domain.evaluation import AuthorizationRequest, EntityId, Evaluation
from remit.domain.model import JsonObject
from remit.domain.policy import PolicyText, split_policies

_CONTEXT: JsonObject = {"type": "Record", "attributes": {"n": {"type": "Long"}}}
_APPLIES: JsonObject = {"principalTypes": ["Agent", "User"], "resourceTypes": ["Account", "Tool"], "context": _CONTEXT}
SCHEMA: JsonObject = {
    "Remit": {
        "entityTypes": {"Agent": {"memberOfTypes": ["Role"]}, "Role": {}, "User": {}, "Account": {"memberOfTypes": ["Tool"]}, "Tool": {}},
        "actions": {
            "write": {},
            "risky": {"memberOf": [{"id": "write"}]},
            "pay": {"memberOf": [{"id": "risky"}], "appliesTo": _APPLIES},
            "note": {"memberOf": [{"id": "write"}], "appliesTo": _APPLIES},
            "read": {"appliesTo": _APPLIES},
        },
    }
}
_IDS = ("a", "b", 'qu"ote\n', "*")


def entity(*types: str) -> st.SearchStrategy[EntityId]:
    return st.builds(EntityId, type=st.sampled_from([f"Remit::{name}" for name in types]), id=st.sampled_from(_IDS))


def action(*names: str) -> st.SearchStrategy[EntityId]:
    return st.builds(EntityId, type=st.just("Remit::Action"), id=st.sampled_from(names))


def uid(entity: EntityId) -> str:
    return f"{entity.type}::{json.dumps(entity.id)}"


def scope(part: str, *types: str) -> st.SearchStrategy[str]:
    one = entity(*types).map(uid)
    kind = st.sampled_from([f"Remit::{name}" for name in types])
    forms = st.tuples(st.sampled_from(["", "== {0}", "in {0}", "is {1}", "is {1} in {0}"]), one, kind)
    return forms.map(lambda form: f"{part} {form[0].format(form[1], form[2])}".strip())


known = action("write", "risky", "pay", "note", "read").map(uid)
actions = st.one_of(
    st.just("action"),
    known.map("action == {}".format),
    known.map("action in {}".format),
    st.lists(known, max_size=3).map(lambda some: f"action in [{', '.join(some)}]"),
)
conditions = st.sampled_from(["", "when { context.n > 0 }", "unless { context.n == 1 }", "when { context.n * 9223372036854775807 == 1 }"])
statements = st.tuples(
    st.sampled_from(["permit", "forbid"]),
    scope("principal", "Agent", "User", "Role"),
    actions,
    scope("resource", "Account", "Tool"),
    conditions,
).map(lambda parts: f"{parts[0]} ({parts[1]}, {parts[2]}, {parts[3]}) {parts[4]};")
requests = st.builds(
    AuthorizationRequest,
    principal=entity("Agent", "User", "Role", "Stranger"),
    action=action("pay", "note", "read", "risky", "unknown"),
    resource=entity("Account", "Tool", "Agent"),
    context=st.sampled_from([{"n": 0}, {"n": 1}, {"n": 3}, {"n": "3"}, {}]),
)


def numbered(statements: list[str]) -> tuple[PolicyText, ...]:
    """Each with the id that Cedar gives to the policies of a text by their place, so that messages are the same too."""
    return split_policies("\n".join(f'@id("policy{n}") @reason("r") {statement}' for n, statement in enumerate(statements)))


def plain(policies: tuple[PolicyText, ...], request: AuthorizationRequest) -> tuple[bool, list[str], list[str]]:
    whole = "\n".join(policy.statement for policy in policies)
    answer = cedarpy.is_authorized(request.model_dump(), whole, "[]", json.dumps(SCHEMA))
    return answer.allowed, sorted(answer.diagnostics.reasons), sorted(answer.diagnostics.errors)


def told(answer: Evaluation) -> tuple[bool, list[str], list[str]]:
    return answer.allowed, [reason.policy for reason in answer.determining], sorted(answer.errors)


@settings(max_examples=300, deadline=None)
@given(st.lists(statements, max_size=12), st.lists(requests, min_size=1, max_size=8))
def test_decision_determining_policies_and_errors_are_those_of_the_whole_set(
    statements: list[str], requests: list[AuthorizationRequest]
) -> None:
    policies = numbered(statements)
    engine = EmbeddedCedar(policies, SCHEMA)
    for request in requests:
        assert told(engine.evaluate(request)) == plain(policies, request)


@settings(deadline=None)
@given(st.lists(statements, max_size=12), requests)
def test_every_determining_policy_is_among_those_that_can_match(statements: list[str], request: AuthorizationRequest) -> None:
    engine = EmbeddedCedar(numbered(statements), SCHEMA)
    assert {reason.policy for reason in engine.evaluate(request).determining} <= set(engine.matching(request))


def test_a_policy_for_another_agent_action_or_resource_is_not_looked_at() -> None:
    mine = 'permit (principal == Remit::Agent::"a", action in Remit::Action::"write", resource is Remit::Account);'
    others = [
        'forbid (principal == Remit::Agent::"b", action, resource);',
        'forbid (principal, action == Remit::Action::"read", resource);',
        "forbid (principal, action, resource is Remit::Tool);",
        'forbid (principal, action, resource == Remit::Account::"b");',
    ]
    asked = {"principal": {"type": "Remit::Agent", "id": "a"}, "action": {"type": "Remit::Action", "id": "pay"}}
    request = AuthorizationRequest.model_validate({**asked, "resource": {"type": "Remit::Account", "id": "a"}, "context": {"n": 0}})
    assert EmbeddedCedar(numbered([mine, *others]), SCHEMA).matching(request) == ("policy0",)


def test_two_policies_of_one_id_both_count() -> None:
    both = '@id("x") @reason("r") permit (principal, action, resource);', '@id("x") @reason("r") forbid (principal, action, resource);'
    policies = tuple(policy for text in both for policy in split_policies(text))
    asked = {"principal": {"type": "Remit::Agent", "id": "a"}, "action": {"type": "Remit::Action", "id": "pay"}}
    request = AuthorizationRequest.model_validate({**asked, "resource": {"type": "Remit::Account", "id": "a"}, "context": {"n": 0}})
    assert not EmbeddedCedar(policies, SCHEMA).evaluate(request).allowed
