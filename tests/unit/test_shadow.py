"""A policy in shadow mode is tried beside those in force: recorded where it would have mattered, never enforced."""

from collections.abc import Mapping
from typing import Any

import pytest

from remit.adapters.embedded_cedar import EmbeddedCedar
from remit.domain.ballot import Verdict
from remit.domain.evaluation import AuthorizationRequest, Evaluate
from remit.domain.ledger import Kind
from remit.domain.measure import SHADOW_ERRORS, SHADOW_FLIPS
from remit.domain.policy import PolicyText, split_policies
from remit.domain.warrant import Receipt
from remit.ports import ShadowPolicies
from tests.fakes.gate import POLICIES, World, refund

OVER_100 = "forbid (principal, action, resource) when { context.payload.amount > 10000 }"
UNLESS_RISK = 'unless { context has approval && context.approval.route == "risk" }'


class Beside(ShadowPolicies):
    """Each policy with those in force, in an engine of its own."""

    def __init__(self, *shadow: PolicyText) -> None:
        self._engines = {policy.id: EmbeddedCedar((*POLICIES.policies, policy), POLICIES.policy_schema) for policy in shadow}

    def trials(self, request: AuthorizationRequest) -> Mapping[str, Evaluate]:
        return {policy: engine.evaluate for policy, engine in self._engines.items()}


class Broken(ShadowPolicies):
    def trials(self, request: AuthorizationRequest) -> Mapping[str, Evaluate]:
        raise OSError("no disk")


def on_trial(**rules: str) -> Beside:
    texts = [f'@id("{name.replace("_", "-")}") @reason("On trial.") @mode("shadow") {rule};' for name, rule in rules.items()]
    return Beside(*split_policies("\n".join(texts)))


def decisions(world: World) -> list[Mapping[str, Any]]:
    return [entry.body for entry in world.entries() if entry.kind is Kind.DECISION_MADE]


def is_paid(world: World) -> bool:
    return isinstance(world.tasks.told[-1][1], Receipt)


@pytest.mark.parametrize(
    ("rule", "would"),
    [
        (OVER_100, {"policy": "tight", "would": "DENY"}),
        (f"{OVER_100} {UNLESS_RISK}", {"policy": "tight", "would": "ESCALATE", "route": "risk"}),
    ],
    ids=["a denial", "an escalation"],
)
def test_what_it_would_have_stopped_is_done_and_recorded(rule: str, would: dict[str, str]) -> None:
    world = World(shadow=on_trial(tight=rule))
    world.propose(refund(120_00))
    (decision,) = decisions(world)
    assert (is_paid(world), decision["outcome"], decision["shadow"]) == (True, "ALLOW", [would])
    assert world.counts.sums(SHADOW_FLIPS, SHADOW_ERRORS) == {"ShadowFlips": 1}


def test_what_it_would_have_allowed_stays_denied() -> None:
    policies = tuple(policy for policy in POLICIES.policies if not policy.id.startswith("refunds.matrix"))
    world = World(engine=EmbeddedCedar(policies, POLICIES.policy_schema), shadow=on_trial(new="permit (principal, action, resource)"))
    world.propose(refund(120_00))
    (decision,) = decisions(world)
    assert (world.till.done, decision["outcome"], decision["shadow"]) == ({}, "DENY", [{"policy": "new", "would": "ALLOW"}])


def test_another_route_is_a_difference() -> None:
    world = World(shadow=on_trial(tight=f"{OVER_100} {UNLESS_RISK}"))
    world.propose(refund(1200_00))
    (decision,) = decisions(world)
    assert (decision["route"], decision["shadow"]) == ("finance", [{"policy": "tight", "would": "ESCALATE", "route": "risk"}])


def test_where_it_changes_nothing_nothing_is_recorded() -> None:
    world = World(shadow=on_trial(tight=OVER_100))
    world.propose(refund(100_00))
    (decision,) = decisions(world)
    assert ("shadow" in decision, world.counts.sums(SHADOW_FLIPS, SHADOW_ERRORS)) == (False, {})


def test_each_policy_is_tried_by_itself() -> None:
    world = World(
        shadow=on_trial(hard=OVER_100, soft=f"{OVER_100} {UNLESS_RISK}", idle="forbid (principal, action, resource) when { false }")
    )
    world.propose(refund(120_00))
    (decision,) = decisions(world)
    assert [(trial["policy"], trial["would"]) for trial in decision["shadow"]] == [("hard", "DENY"), ("soft", "ESCALATE")]
    assert world.counts.sums(SHADOW_FLIPS, SHADOW_ERRORS) == {"ShadowFlips": 2}


def test_the_decision_after_an_approval_is_tried_too() -> None:
    world = World(shadow=on_trial(tight=f"{OVER_100} {UNLESS_RISK}"))
    world.propose(refund(1200_00))
    world.reply(Verdict.APPROVE)
    assert is_paid(world)
    assert decisions(world)[-1]["shadow"] == [{"policy": "tight", "would": "DENY"}]


def test_a_policy_that_fails_on_trial_would_have_denied_and_says_why() -> None:
    world = World(shadow=on_trial(sums="forbid (principal, action, resource) when { context.payload.amount * 9223372036854775807 == 1 }"))
    world.propose(refund(120_00))
    (decision,) = decisions(world)
    (trial,) = decision["shadow"]
    assert (is_paid(world), trial["policy"], trial["would"]) == (True, "sums", "DENY")
    assert "overflow" in trial["error"]


def test_a_trial_that_cannot_be_made_is_recorded_as_that_and_changes_nothing() -> None:
    world = World(shadow=Broken())
    world.propose(refund(120_00))
    (decision,) = decisions(world)
    assert (is_paid(world), decision["shadow"]) == (True, [{"policy": "shadow.error", "error": "OSError: no disk"}])
    assert world.counts.sums(SHADOW_FLIPS, SHADOW_ERRORS) == {"ShadowErrors": 1}


def test_the_digest_is_that_of_the_policies_in_force() -> None:
    with_trial, without = World(shadow=on_trial(tight=OVER_100)), World()
    for world in (with_trial, without):
        world.propose(refund(120_00))
    assert decisions(with_trial)[0]["policy_set"] == decisions(without)[0]["policy_set"]
