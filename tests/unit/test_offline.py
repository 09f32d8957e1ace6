"""Decisions on stated facts: the gate's own, with every refusal as a DENY that says its error."""

from dataclasses import replace
from typing import Any

import pytest

from remit.domain.model import JsonObject
from remit.usecases.judge import Judge
from remit.usecases.offline import Question, Verdict, decide_offline
from tests.fakes.gate import REFUNDS, World, refund

OPEN: dict[str, JsonObject] = {
    "account": {"status": "open", "flagged": False},
    "order": {"account_id": "A-100", "currency": "USD", "refundable": 900_000},
}


def judge() -> Judge:
    return World().ports.judge


def decided(**changes: object) -> Verdict:
    given = {"id": "q", "tool": "refunds.issue_refund", "payload": refund(), "facts": OPEN, **changes}
    return decide_offline(Question.model_validate(given), judge())


def test_an_allowed_action_names_its_permit_and_no_error() -> None:
    answer = decided()
    assert (answer.id, answer.outcome, answer.route, answer.policies, answer.error) == (
        "q",
        "ALLOW",
        None,
        ("refunds.matrix.support",),
        None,
    )


def test_an_escalation_names_its_route_and_why() -> None:
    answer = decided(payload=refund(1200_00))
    assert (answer.outcome, answer.route, answer.policies) == ("ESCALATE", "finance", ("refunds.over-autonomy", "autonomy.amount"))


def test_with_an_approval_it_is_decided_as_after_one() -> None:
    finance = {"route": "finance", "approvers": ["finance@example.com"]}
    assert decided(payload=refund(1200_00), approval=finance).outcome == "ALLOW"
    assert decided(payload=refund(6000_00), approval=finance).policies == ("refunds.over-maximum",)


@pytest.mark.parametrize(
    ("changes", "error", "policy"),
    [
        ({"payload": refund(6000_00)}, "Remit.Denied", "refunds.over-maximum"),
        ({"payload": refund(-1)}, "Remit.InvalidPayload", "payload.amount"),
        ({"payload": refund(float("inf"))}, "Remit.InvalidPayload", "payload"),
        ({"payload": refund(reason="\ud800")}, "Remit.InvalidPayload", "payload"),
        ({"payload": {}}, "Remit.InvalidPayload", "payload.account_id"),
        ({"tool": "refunds.wipe"}, "Remit.Denied", "refunds.matrix"),
        ({"agent": "stranger"}, "Remit.Denied", "refunds.matrix"),
        ({"facts": {}}, "Remit.Denied", "fact.account"),
        ({"facts": {**OPEN, "order": {}}}, "Remit.Denied", "fact.order"),
        ({"facts": {**OPEN, "order": {**OPEN["order"], "refundable": 2**70}}}, "Remit.Denied", "engine.error"),
    ],
    ids=["forbidden", "invalid", "infinite", "half a character", "empty", "tool", "agent", "no fact", "half a fact", "too large"],
)
def test_whatever_the_gate_refuses_is_a_denial_with_its_error(changes: dict[str, Any], error: str, policy: str) -> None:
    answer = decided(**changes)
    assert (answer.outcome, answer.error, answer.policies[0], answer.reasons[0].policy) == ("DENY", error, policy, policy)


def test_where_several_agents_may_call_a_tool_the_question_has_to_say_which() -> None:
    both = {"support": REFUNDS.agents["support"], "clerk": REFUNDS.agents["support"]}
    ambiguous = REFUNDS.model_copy(update={"agents": both})
    given = Question(id=1, tool="refunds.issue_refund", payload=refund(), facts=OPEN)
    asked = World().ports.judge
    answer = decide_offline(given, replace(asked, charter=ambiguous))
    assert (answer.outcome, answer.reasons[0].reason) == (
        "DENY",
        "refunds.issue_refund: support, clerk may call it, so say which one asks.",
    )
