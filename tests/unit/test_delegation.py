"""An agent on a person's behalf may do only what both may, and only while the delegation lasts."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import ValidationError

from remit.adapters.embedded_cedar import EmbeddedCedar
from remit.charters import load_payloads
from remit.domain.access import TableSpec
from remit.domain.action import Failure
from remit.domain.ballot import Verdict
from remit.domain.cedar_schema import cedar_schema
from remit.domain.charter import GroupSpec
from remit.domain.decision import Decision, Outcome
from remit.domain.delegation import Delegator, delegation_id
from remit.domain.evaluation import AuthorizationRequest, Evaluate
from remit.domain.intent import Requester
from remit.domain.ledger import Kind
from remit.domain.policy import PolicyText, matrix_permits, split_policies
from remit.ports import ShadowPolicies
from remit.usecases.backtest import Scope, backtest
from remit.usecases.gate import Proposal, govern
from remit.usecases.replay import Same, replay
from tests.fakes.clock import NOON
from tests.fakes.gate import POLICIES, REFUNDS, World, make_intent, refund

OPERATOR = Requester(arn="arn:aws:iam::000000000000:user/operator")
PAY, OFFER = "refunds.issue_refund", "refunds.offer_refund"
GROUPS = {"clerks": GroupSpec(description="Clerks.", tools=(PAY,)), "readers": GroupSpec(description="Readers.", tools=(OFFER,))}
STAFFED = REFUNDS.model_copy(update={"groups": GROUPS})


def carol(*groups: str, **changes: object) -> Delegator:
    given = {"delegation": "d1", "person": "sub-carol", "name": "carol", "groups": groups or ("clerks",), "tenant": "north"}
    return Delegator.model_validate({**given, "expires_at": NOON + timedelta(hours=1), **changes})


@pytest.mark.parametrize(
    ("field", "value"), [("person", "sub-c\N{CYRILLIC SMALL LETTER A}rol"), ("tenant", "n\N{CYRILLIC SMALL LETTER O}rth"), ("tenant", "*")]
)
def test_a_person_or_tenant_in_letters_that_only_look_alike_is_nobody(field: str, value: str) -> None:
    with pytest.raises(ValidationError):
        carol(**{field: value})


RULES = (*matrix_permits(STAFFED), *(policy for policy in POLICIES.policies if ".matrix." not in policy.id))
SCHEMA = cedar_schema(STAFFED, load_payloads("refunds"))
FORBIDDEN_TO_CLERKS = 'forbid (principal in Remit::Group::"clerks", action, resource)'


class AboutPeople(ShadowPolicies):
    """A policy on trial that can match nothing but a person."""

    def __init__(self, engine: EmbeddedCedar) -> None:
        self._engine = engine

    def trials(self, request: AuthorizationRequest) -> Mapping[str, Evaluate]:
        return {"extra": self._engine.evaluate} if request.groups else {}


def rule(text: str) -> PolicyText:
    (policy,) = split_policies(f'@id("extra") @reason("Extra.") {text};')
    return policy


def staffed(*more: PolicyText) -> World:
    return World(charter=STAFFED, engine=EmbeddedCedar((*RULES, *more), SCHEMA))


def told(world: World) -> str:
    _, answer = world.tasks.told[-1]
    return answer.error if isinstance(answer, Failure) else "done"


def decision(world: World) -> Decision:
    body = next(entry.body for entry in reversed(world.entries()) if entry.kind is Kind.DECISION_MADE)
    return Decision.model_validate({name: value for name, value in body.items() if name in Decision.model_fields})


def test_what_both_may_is_done_and_both_answers_are_recorded() -> None:
    world = staffed()
    world.propose(delegator=carol())
    assert (told(world), world.till.times) == ("done", 1)
    assert [(asked.principal.type, asked.principal.id, asked.allowed, asked.policies) for asked in decision(world).asked] == [
        ("Remit::Agent", "support", True, ("refunds.matrix.support",)),
        ("Remit::User", "sub-carol", True, ("refunds.matrix.group.clerks",)),
    ]


@pytest.mark.parametrize("groups", [("readers",), ("strangers",)])
def test_what_the_person_may_not_is_denied_though_the_agent_may(groups: tuple[str, ...]) -> None:
    world = staffed()
    world.propose(delegator=carol(*groups))
    assert (told(world), world.till.done) == ("Remit.Denied", {})
    made = decision(world)
    assert (made.policies, [asked.allowed for asked in made.asked]) == (("matrix.group",), [True, False])


def test_no_approval_gives_a_person_what_the_matrix_does_not() -> None:
    world = staffed()
    world.propose(refund(1200_00), delegator=carol("readers"))
    assert (told(world), decision(world).policies, world.records.approvals) == ("Remit.Denied", ("matrix.group",), {})


def test_an_approval_is_decided_again_for_both() -> None:
    world = staffed()
    world.propose(refund(1200_00), delegator=carol())
    world.reply(Verdict.APPROVE)
    assert (told(world), world.till.times, len(decision(world).asked)) == ("done", 1, 2)


def test_a_domain_that_knows_no_people_does_nothing_on_their_behalf() -> None:
    world = World()
    world.propose(delegator=carol())
    assert (told(world), world.till.done) == ("Remit.Denied", {})


def test_a_delegation_that_has_expired_is_the_end_of_it() -> None:
    world = staffed()
    world.opened(make_intent(refund(), delegator=carol()))
    world.clock.pause(3600)
    world.propose(delegator=carol())
    assert (told(world), world.till.done) == ("Remit.DelegationEnded", {})


def test_a_warrant_names_the_delegator_and_ends_with_the_delegation() -> None:
    world = staffed()
    soon = carol(expires_at=NOON + timedelta(minutes=1))
    world.propose(delegator=soon)
    (warrant,) = world.records.warrants.values()
    assert (warrant.delegator, warrant.expires_at) == (soon, soon.expires_at)


def test_an_action_is_recorded_with_whom_its_credentials_were_narrowed_to() -> None:
    world = staffed()
    world.propose(delegator=carol())
    (executed,) = [entry.body for entry in world.entries() if entry.kind is Kind.ACTION_EXECUTED]
    assert {name: executed[name] for name in ("delegator", "session_tags", "source_identity")} == {
        "delegator": "carol",
        "session_tags": {"tenant": "north", "user": "sub-carol"},
        "source_identity": "sub-carol",
    }
    assert executed["requester"] == "arn:aws:iam::000000000000:user/caller"


def by_tenant() -> World:
    """Accounts are kept by tenant."""
    tables = {**STAFFED.tables, "accounts": TableSpec(key="account_id", tenant=True)}
    return World(charter=STAFFED.model_copy(update={"tables": tables}), engine=EmbeddedCedar(RULES, SCHEMA))


@pytest.mark.parametrize("delegator", [None, carol(tenant=None)])
def test_what_is_about_records_by_tenant_is_denied_where_nobody_of_one_is_behind_it(delegator: Delegator | None) -> None:
    world = by_tenant()
    world.propose(delegator=delegator)
    assert (told(world), world.till.done, world.kinds()[-1]) == ("Remit.Denied", {}, Kind.INTENT_REFUSED)
    assert world.entries()[-1].body["reasons"][0]["policy"] == "delegation.tenant"  # type: ignore[index,call-overload]


def test_what_is_about_records_by_tenant_is_done_for_a_person_of_one() -> None:
    world = by_tenant()
    world.propose(delegator=carol())
    assert told(world) == "done"


@pytest.mark.parametrize("account", ["A-100", "A-999"])
def test_a_decision_about_a_record_by_tenant_is_replayed_as_it_was_made(account: str) -> None:
    world = by_tenant()
    world.propose(refund(account_id=account), delegator=carol())
    found = replay(world.entries(), {"refunds": world.ports.judge})
    assert ([decision.same for decision in found.decisions], found.unreplayed) == ([Same.IDENTICAL], ())
    assert f"accounts/north/{account}" in str([entry.body for entry in world.entries()])


def test_a_delegation_that_expires_while_a_human_is_asked_is_the_end_of_it() -> None:
    world = staffed()
    world.propose(refund(1200_00), delegator=carol())
    world.clock.pause(3600)
    world.reply(Verdict.APPROVE)
    assert (told(world), world.till.done) == ("Remit.DelegationEnded", {})


@pytest.mark.parametrize("claimed", [None, carol("clerks", "admins"), carol(tenant="south"), carol(delegation="d2")])
def test_a_run_cannot_change_on_whose_behalf_it_is(claimed: Delegator | None) -> None:
    world = staffed()
    world.opened(make_intent(refund(), delegator=carol()))
    world.propose(delegator=claimed)
    assert (told(world), world.till.done) == ("Remit.Denied", {})


def test_a_run_that_the_api_did_not_start_does_nothing() -> None:
    world = staffed()
    intent = make_intent(refund(), delegator=carol())
    govern(Proposal(task_token="task-1", intent=intent), world.ports)
    assert (told(world), world.till.done) == ("Remit.Denied", {})


def test_a_decision_on_a_persons_behalf_is_replayed_as_it_was_made() -> None:
    world = staffed()
    world.propose(delegator=carol())
    world.clock.pause(7200)
    report = backtest(world.entries(), {"refunds": world.ports.judge}, Scope())
    assert (report.replayed, report.flips, report.unreplayed) == (1, (), ())


def test_a_rule_over_a_group_refuses_the_person_and_is_told_apart() -> None:
    world = staffed(rule(FORBIDDEN_TO_CLERKS))
    world.propose(delegator=carol())
    assert (told(world), world.till.done) == ("Remit.Denied", {})
    assert [asked.policies for asked in decision(world).asked] == [("refunds.matrix.support",), ("extra",)]


def test_a_rule_over_the_agent_refuses_the_agent_and_is_told_apart() -> None:
    world = staffed(rule('forbid (principal == Remit::Agent::"support", action, resource)'))
    world.propose(delegator=carol())
    assert [(asked.allowed, asked.policies) for asked in decision(world).asked] == [
        (False, ("extra",)),
        (True, ("refunds.matrix.group.clerks",)),
    ]


def test_a_policy_on_trial_that_is_about_the_person_is_tried() -> None:
    (on_trial,) = split_policies(f'@mode("shadow") {rule(FORBIDDEN_TO_CLERKS).statement}')
    beside = EmbeddedCedar((*RULES, on_trial), SCHEMA)
    world = replace(staffed(), shadow=AboutPeople(beside))
    world.propose(delegator=carol())
    assert told(world) == "done"
    assert [(trial.policy, trial.would) for trial in decision(world).shadow] == [("extra", Outcome.DENY)]


def test_tokens_of_one_sign_in_are_one_delegation() -> None:
    assert delegation_id("iss", "carol", "s1") == delegation_id("iss", "carol", "s1")
    assert len({delegation_id("iss", "carol", "s1"), delegation_id("iss", "carol", "s2"), delegation_id("other", "carol", "s1")}) == 3
