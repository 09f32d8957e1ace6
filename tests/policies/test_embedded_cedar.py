"""The embedded engine: nothing that it cannot judge is allowed."""

from pathlib import Path

import pytest

from remit.adapters.embedded_cedar import EmbeddedCedar
from remit.domain.decision import AuthorizationRequest, Evidence
from remit.domain.model import JsonObject
from remit.domain.policy import split_policies
from tests.policies.cases import CaseFile, case, engine, policy_set

REFUND = CaseFile.model_validate_json(Path("policies/refunds/cases/ALLOW/refund-of-120.json").read_bytes())


def request(context: JsonObject) -> AuthorizationRequest:
    asked = case("refunds", REFUND).request(None)
    return asked.model_copy(update={"context": asked.context | context})


def test_an_allow_names_the_permit_and_its_reason() -> None:
    answer = engine("refunds").evaluate(request({}))
    assert answer.clean_allow
    assert [(reason.policy, reason.reason) for reason in answer.determining] == [
        ("refunds.matrix.support", "The permission matrix gives support this tool.")
    ]


def test_a_no_names_every_forbid_that_caused_it() -> None:
    facts: JsonObject = {**REFUND.facts, "account": {"status": "closed", "flagged": True}}
    answer = engine("refunds").evaluate(request({"facts": facts}))
    assert [reason.policy for reason in answer.determining] == ["refunds.closed-account", "refunds.flagged-account"]


@pytest.mark.parametrize(
    "context",
    [
        {"facts": {}},
        {"payload": {}},
        {"surprise": {}},
        {"payload": REFUND.payload | {"amount": "12000"}},
        {"payload": REFUND.payload | {"amount": 120.5}},
        {"approval": {"route": "finance"}},
    ],
    ids=["no facts", "no payload", "an unknown part", "text for a number", "a fraction", "half an approval"],
)
def test_a_context_that_does_not_fit_the_schema_is_an_error_and_not_an_allow(context: JsonObject) -> None:
    answer = engine("refunds").evaluate(request(context))
    assert not answer.allowed
    assert answer.errors


@pytest.mark.parametrize("part", ["principal", "action", "resource"])
def test_an_unknown_entity_is_not_allowed(part: str) -> None:
    asked = request({})
    stranger = asked.model_copy(update={part: getattr(asked, part).model_copy(update={"type": "Remit::Stranger"})})
    assert not engine("refunds").evaluate(stranger).allowed


def test_another_agent_has_no_permit() -> None:
    asked = request({})
    other = asked.model_copy(update={"principal": asked.principal.model_copy(update={"id": "intern"})})
    assert not engine("refunds").evaluate(other).allowed


def test_a_forbid_that_errors_at_run_time_denies_beside_the_permit() -> None:
    overflow = '@id("x") @reason("x") forbid (principal, action, resource) when { context.payload.amount * 9223372036854775807 == 1 };'
    rules = policy_set("refunds")
    answer = EmbeddedCedar((*rules.policies, *split_policies(overflow)), rules.policy_schema).evaluate(request({}))
    assert answer.allowed
    assert answer.errors
    assert not answer.clean_allow


def test_without_a_policy_nothing_is_allowed() -> None:
    assert not EmbeddedCedar((), policy_set("refunds").policy_schema).evaluate(request({})).allowed


def test_policies_that_do_not_parse_are_refused_when_the_engine_is_made() -> None:
    broken = split_policies('@id("x") @reason("x") permit (principal);')
    with pytest.raises(ValueError, match=r"missing the .* variable"):
        EmbeddedCedar(broken, policy_set("refunds").policy_schema)


def test_approval_evidence_lifts_the_rule_that_asks_for_it() -> None:
    over = REFUND.model_copy(update={"payload": REFUND.payload | {"amount": 120_000}})
    asked = case("refunds", over)
    assert not engine("refunds").evaluate(asked.request(None)).allowed
    assert engine("refunds").evaluate(asked.request(Evidence(route="finance", approvers=("finance@example.com",)))).clean_allow
