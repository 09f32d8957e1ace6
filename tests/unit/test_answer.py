"""What a human's link can and cannot do."""

import pytest

from remit.domain.approval import Approval, ApprovalStatus, Verdict
from remit.domain.errors import LinkRefused, Unavailable
from remit.domain.ledger import Kind
from remit.ports import Gate
from remit.usecases.answer import Answer, ApprovalPorts, answer, look
from tests.fakes.gate import World, refund


def asked() -> tuple[World, Approval, ApprovalPorts]:
    world = World()
    world.propose(refund(1200_00))
    (approval,) = world.records.approvals.values()
    return world, approval, ApprovalPorts(records=world.records, gate=world.woken, clock=world.clock)


def test_looking_a_hundred_times_decides_nothing() -> None:
    world, approval, ports = asked()
    before = world.kinds()
    for _ in range(100):
        look(approval.id, "token-1", ports)
    assert (world.records.approvals[approval.id].status, world.kinds(), world.woken.woken) == (ApprovalStatus.PENDING, before, [])


@pytest.mark.parametrize("token", ["", "token-2", "token-1 ", "TOKEN-1", "token"])
def test_any_other_token_is_refused_in_the_same_words(token: str) -> None:
    _, approval, ports = asked()
    with pytest.raises(LinkRefused, match="not valid, or not any more"):
        look(approval.id, token, ports)


def test_a_token_opens_only_its_own_question() -> None:
    world, approval, ports = asked()
    world.propose(refund(1300_00), step="govern-2")
    (other,) = world.records.approvals.keys() - {approval.id}
    with pytest.raises(LinkRefused):
        answer(other, Answer(token="token-1", verdict=Verdict.APPROVE), ports)
    assert world.records.approvals[other].status is ApprovalStatus.PENDING


def test_an_answer_is_recorded_with_who_gave_it_and_wakes_the_gate() -> None:
    world, approval, ports = asked()
    answered = answer(approval.id, Answer(token="token-1", verdict=Verdict.APPROVE, comment="fine"), ports)
    assert (answered.answered_by, answered.comment, world.woken.woken) == ("finance@example.com", "fine", [approval.id])
    assert world.kinds()[-1] is Kind.APPROVAL_DECIDED


def test_an_answer_whose_wake_up_was_lost_wakes_the_gate_when_it_is_sent_again() -> None:
    world, approval, ports = asked()

    class Deaf(Gate):
        def resume(self, approval: Approval) -> None:
            raise Unavailable("Lambda: ServiceException")

    given = Answer(token="token-1", verdict=Verdict.APPROVE)
    with pytest.raises(Unavailable):
        answer(approval.id, given, ApprovalPorts(records=world.records, gate=Deaf(), clock=world.clock))
    with pytest.raises(LinkRefused, match="answered already"):
        answer(approval.id, given, ports)
    assert world.woken.woken == [approval.id]
    assert world.kinds().count(Kind.APPROVAL_DECIDED) == 1


def test_no_token_is_kept_only_its_hash() -> None:
    world, _, _ = asked()
    kept = [record.model_dump_json() for record in (*world.records.links.values(), *world.records.approvals.values())]
    assert not any("token-1" in text for text in [*kept, *(entry.model_dump_json() for entry in world.entries())])
