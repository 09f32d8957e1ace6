"""Whose answers count: panels, quorums, stages, levels, and duties that are kept apart."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remit.domain.action import Failure
from remit.domain.approval import Approval, ApprovalStatus, request_approval
from remit.domain.ballot import Answer, Ballot, Verdict, Voice
from remit.domain.case import Evidence, routes_of
from remit.domain.charter import Charter
from remit.domain.delegation import Delegator
from remit.domain.errors import LinkRefused
from remit.domain.ledger import Kind
from remit.domain.model import JsonObject
from remit.domain.warrant import Receipt
from remit.domain.wording import Wording
from remit.usecases.answer import Given, answer
from remit.usecases.gate import resume
from tests.fakes.clock import NOON
from tests.fakes.gate import REFUNDS, TO_FINANCE, World, make_intent, refund
from tests.fakes.outside import Outbox

A, B, C, D = (f"{name}@example.com" for name in "abcd")
CALLER = "user/caller"
TWO_OF_THREE: JsonObject = {"approvers": ["finance"], "quorum": 2}
STAGES: JsonObject = {"stages": [{"approvers": [A]}, {"approvers": [B, C], "quorum": 2}]}
LEVELS: JsonObject = {
    "approvers": [A],
    "then": [{"after_seconds": 600, "approvers": [B]}, {"after_seconds": 1200, "approvers": ["finance"]}],
}
APART: JsonObject = {"approvers": [A, B], "never": ["requester"]}


def charter(route: JsonObject, **more: Any) -> Charter:  # noqa: ANN401
    """The refunds charter with another route to finance, and a panel of three."""
    given = REFUNDS.model_dump(mode="json", exclude_defaults=True)
    finance = {"expires_after_seconds": 14400, **route}
    return Charter.model_validate({**given, "panels": {"finance": [A, B, C]}, "routes": {**given["routes"], "finance": finance}, **more})


def asked(route: JsonObject, **more: Any) -> World:  # noqa: ANN401
    world = World(charter=charter(route, **more))
    world.propose(refund(1200_00))
    return world


def question(world: World) -> Approval:
    (approval,) = world.records.approvals.values()
    return approval


def mailed(world: World) -> list[str]:
    assert isinstance(world.mailer, Outbox)
    return [mail.to for mail in world.mailer.sent]


def reply(world: World, by: str, verdict: Verdict = Verdict.APPROVE) -> None:
    """Through the last link that was mailed to them."""
    assert isinstance(world.mailer, Outbox)
    token = next(mail.text.split("token=")[1].split()[0] for mail in reversed(world.mailer.sent) if mail.to == by)
    answer(question(world).id, Given(token=token, verdict=verdict, comment="why"), world.approval_ports)
    resume(question(world).id, world.ports)


def evidence(world: World) -> Evidence:
    decision = [entry.body for entry in world.entries() if entry.kind is Kind.DECISION_MADE][-1]
    return Evidence.model_validate(decision["approval"])


def told(world: World) -> Iterator[Receipt | Failure]:
    return (each for _, each in world.tasks.told)


def test_all_of_a_panel_are_asked() -> None:
    assert mailed(asked(TWO_OF_THREE)) == [A, B, C]


@pytest.mark.parametrize("pair", list(permutations((A, B, C), 2)))
def test_two_of_three_are_enough_whoever_they_are(pair: tuple[str, str]) -> None:
    world = asked(TWO_OF_THREE)
    reply(world, pair[0])
    assert (question(world).status, world.till.times) == (ApprovalStatus.PENDING, 0)
    reply(world, pair[1])
    assert (question(world).status, world.till.times) == (ApprovalStatus.APPROVED, 1)
    assert evidence(world) == Evidence(route="finance", approvers=pair)


def test_one_person_is_no_quorum_however_often_they_answer() -> None:
    world = asked(TWO_OF_THREE)
    reply(world, A)
    with pytest.raises(LinkRefused):
        reply(world, A)
    assert (question(world).status, world.till.times) == (ApprovalStatus.PENDING, 0)


def test_one_no_ends_it() -> None:
    world = asked(TWO_OF_THREE)
    reply(world, A)
    reply(world, B, Verdict.REJECT)
    (failure,) = told(world)
    assert isinstance(failure, Failure)
    assert (failure.error, question(world).status, world.till.times) == ("Remit.ApprovalRejected", ApprovalStatus.REJECTED, 0)
    with pytest.raises(LinkRefused):
        reply(world, C)


def test_stages_are_asked_one_after_the_other() -> None:
    world = asked(STAGES)
    assert mailed(world) == [A]
    reply(world, A)
    assert (mailed(world), question(world).stage, world.till.times) == ([A, B, C], 1, 0)
    reply(world, C)
    reply(world, B)
    assert (evidence(world).approvers, world.till.times) == ((A, C, B), 1)
    assert world.kinds().count(Kind.APPROVAL_DECIDED) == 1


def test_a_stage_that_has_agreed_can_answer_no_more() -> None:
    world = asked(STAGES)
    reply(world, A)
    with pytest.raises(LinkRefused):
        reply(world, A, Verdict.REJECT)
    assert question(world).status is ApprovalStatus.PENDING


def test_a_later_stage_that_says_no_ends_it() -> None:
    world = asked(STAGES)
    reply(world, A)
    reply(world, B, Verdict.REJECT)
    assert (question(world).status, world.till.times) == (ApprovalStatus.REJECTED, 0)


def test_waking_the_gate_twice_asks_the_next_stage_once() -> None:
    world = asked(STAGES)
    reply(world, A)
    resume(question(world).id, world.ports)
    assert mailed(world) == [A, B, C]


def test_the_requester_is_neither_asked_nor_heard() -> None:
    world = asked(APART, approvers={A: {"iam": [CALLER]}, B: {"iam": ["user/b"]}})
    assert mailed(world) == [B]
    assert A not in question(world).eligible


def test_the_person_on_whose_behalf_the_agent_acts_is_neither_asked_nor_heard() -> None:
    route: JsonObject = {"approvers": [A, B], "never": ["delegator"]}
    approvers = {A: {"user": "ada"}, B: {"user": "ben"}}
    ada = Delegator(delegation="d" * 32, person="sub-ada", name="ada", expires_at=NOON + timedelta(hours=9))
    intent = make_intent(refund(1200_00), delegator=ada)
    approval = request_approval(charter(route, approvers=approvers), intent, TO_FINANCE, Wording(sentence="", fields=()), NOON)
    assert (approval.eligible, "user-pool/ada" in approval.barred) == ((B,), True)


def test_a_question_that_nobody_may_answer_is_a_denial_at_once() -> None:
    world = asked({**APART, "quorum": 2}, approvers={A: {"iam": [CALLER]}, B: {"iam": ["user/b"]}})
    (failure,) = told(world)
    assert isinstance(failure, Failure)
    assert (failure.error, failure.reasons[0].policy, mailed(world)) == ("Remit.Denied", "approval.finance", [])
    assert world.kinds() == [Kind.INTENT_PROPOSED, Kind.DECISION_MADE, Kind.INTENT_REFUSED]


def test_the_policies_are_asked_with_all_that_can_ever_answer() -> None:
    (finance, _) = routes_of(charter(LEVELS), charter(LEVELS).tools["refunds.issue_refund"])
    assert finance.approvers == (A, B, C)


def test_each_level_may_answer_besides_those_before_it() -> None:
    approval = question(asked(LEVELS))
    assert [approval.moved(level=level).eligible for level in range(3)] == [(A,), (A, B), (A, B, C)]


people = st.sampled_from((A, B, C, D))
answers = st.lists(
    st.builds(
        Answer,
        voice=st.builds(Voice, approver=people, by=people, known_as=st.sampled_from(("link", "arn:aws:iam::000000000000:user/caller"))),
        verdict=st.sampled_from(Verdict),
        comment=st.just(""),
        payload_digest=st.sampled_from(("right", "wrong")),
        at=st.integers(-1, 5).map(lambda hours: NOON + timedelta(hours=hours)),
    ),
    max_size=8,
)


@given(said=answers, late=st.booleans())
def test_whatever_is_on_a_ballot_only_distinct_eligible_people_in_time_on_this_payload_agree(said: list[Answer], late: bool) -> None:
    approval = question(asked({**TWO_OF_THREE})).model_copy(
        update={"payload_digest": "right", "barred": (C, "arn:aws:iam::000000000000:user/caller")}
    )
    now = approval.expires_at if late else NOON
    heard = approval.heard(Ballot(approval=approval.id, stage=0, answers=tuple(said)), now)
    if heard.status is ApprovalStatus.APPROVED:
        assert not late
        assert len({each.voice.by for each in heard.answers}) == len({each.voice.approver for each in heard.answers}) >= 2
    for each in heard.answers:
        assert each.voice.approver in {A, B}
        assert (each.voice.by == C, each.voice.known_as, each.payload_digest) == (False, "link", "right")
        assert each.at < approval.expires_at
    if heard is not approval:
        assert heard.version == approval.version + 1


@given(said=answers)
def test_a_ballot_of_another_question_or_stage_counts_for_nothing(said: list[Answer]) -> None:
    approval = question(asked(TWO_OF_THREE)).model_copy(update={"payload_digest": "right"})
    for name, stage in (("another", 0), (approval.id, 1)):
        assert approval.heard(Ballot(approval=name, stage=stage, answers=tuple(said)), NOON) is approval
