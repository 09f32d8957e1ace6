"""What a human's link can and cannot do."""

import base64
from dataclasses import replace

import pytest

from remit.adapters.system import SystemEntropy
from remit.domain.approval import Approval, ApprovalStatus
from remit.domain.ballot import Verdict
from remit.domain.errors import LinkRefused, Unavailable
from remit.domain.ledger import Kind
from remit.ports import Gate
from remit.usecases.answer import ApprovalPorts, Given, answer, look, opened
from remit.usecases.gate import resume
from tests.fakes.gate import World, refund

YES, NO = (Given(token="token-1", verdict=verdict, comment="why") for verdict in Verdict)


def asked() -> tuple[World, Approval, ApprovalPorts]:
    world = World()
    world.propose(refund(1200_00))
    (approval,) = world.records.approvals.values()
    return world, approval, world.approval_ports


class Deaf(Gate):
    def resume(self, domain: str, run: str, approval: str) -> None:
        raise Unavailable("Lambda: ServiceException")


def test_looking_a_hundred_times_decides_nothing() -> None:
    world, approval, ports = asked()
    before = world.kinds()
    for _ in range(100):
        look(approval.id, "token-1", ports)
    assert (world.records.approvals[approval.id].status, world.kinds(), world.woken.woken) == (ApprovalStatus.PENDING, before, [])


def test_that_the_page_was_opened_is_recorded_once_for_each_link_and_is_no_answer() -> None:
    world, approval, ports = asked()
    for _ in range(3):
        opened(look(approval.id, "token-1", ports), ports)
    (entry,) = (entry for entry in world.entries() if entry.kind is Kind.APPROVAL_OPENED)
    assert (entry.body["by"], world.records.ballots, world.woken.woken) == ("finance@example.com", {}, [])


@pytest.mark.parametrize("token", ["", "token-2", "token-1 ", "TOKEN-1", "token"])
def test_any_other_token_is_refused_in_the_same_words(token: str) -> None:
    _, approval, ports = asked()
    with pytest.raises(LinkRefused, match="decides nothing"):
        look(approval.id, token, ports)


def test_a_token_opens_only_its_own_question() -> None:
    world, approval, ports = asked()
    world.propose(refund(1300_00), step="govern-2")
    (other,) = world.records.approvals.keys() - {approval.id}
    with pytest.raises(LinkRefused):
        answer(other, YES, ports)
    assert world.records.ballots == {}


def test_an_answer_is_recorded_with_who_gave_it_how_and_to_what_and_wakes_the_gate() -> None:
    world, approval, ports = asked()
    answer(approval.id, YES, ports)
    said, decided = world.entries()[-2:]
    assert (said.kind, said.body["by"], said.body["known_as"]) == (Kind.APPROVAL_ANSWERED, "finance@example.com", "link")
    assert (said.body["verdict"], said.body["payload_digest"]) == ("approve", approval.payload_digest)
    assert decided.kind is Kind.APPROVAL_DECIDED
    assert (decided.body["status"], decided.body["answered_by"]) == ("APPROVED", ["finance@example.com"])
    assert world.woken.woken == [approval.id]


def test_a_link_answers_once() -> None:
    world, approval, ports = asked()
    answer(approval.id, YES, ports)
    for given in (YES, NO):
        with pytest.raises(LinkRefused):
            answer(approval.id, given, ports)
    assert [said.verdict for said in world.records.ballots[approval.id, 0].answers] == [Verdict.APPROVE]


def test_an_answer_is_on_the_ballot_before_anything_comes_of_it() -> None:
    world, approval, ports = asked()
    seen: list[int] = []

    class Looking(Gate):
        def resume(self, domain: str, run: str, approval: str) -> None:
            seen.append(len(world.records.ballots[approval, 0].answers))

    answer(approval.id, YES, replace(ports, gate=Looking()))
    assert seen == [1]


def test_an_answer_whose_wake_up_was_lost_resumes_exactly_once_when_it_is_sent_again() -> None:
    world, approval, ports = asked()
    with pytest.raises(Unavailable):
        answer(approval.id, YES, replace(ports, gate=Deaf()))
    with pytest.raises(LinkRefused):
        answer(approval.id, YES, ports)
    assert world.woken.woken == [approval.id]
    for _ in range(2):
        resume(approval.id, world.ports)
    assert (world.till.times, world.kinds().count(Kind.APPROVAL_DECIDED), world.kinds().count(Kind.WARRANT_MINTED)) == (1, 1, 1)


def test_a_replay_after_all_is_done_wakes_nobody() -> None:
    world, approval, ports = asked()
    world.reply(Verdict.APPROVE)
    before = list(world.woken.woken)
    with pytest.raises(LinkRefused):
        answer(approval.id, YES, ports)
    assert world.woken.woken == before


def test_no_answer_is_taken_while_the_question_is_held() -> None:
    world, approval, ports = asked()
    held = world.records.approvals[approval.id].moved(status=ApprovalStatus.HELD)
    world.records.approvals[approval.id] = held
    with pytest.raises(LinkRefused):
        answer(approval.id, YES, ports)
    assert world.records.ballots == {}


def test_a_token_is_256_random_bits() -> None:
    tokens = {SystemEntropy().token() for _ in range(100)}
    assert (len(tokens), {len(base64.urlsafe_b64decode(f"{token}=")) for token in tokens}) == (100, {256 // 8})


def test_no_token_is_kept_only_its_hash() -> None:
    world, _, _ = asked()
    kept = [record.model_dump_json() for record in (*world.records.links.values(), *world.records.approvals.values())]
    assert not any("token-1" in text for text in [*kept, *(entry.model_dump_json() for entry in world.entries())])
