"""What time makes of a question: reminders, further levels, expiry, and whoever cannot be reached."""

from datetime import timedelta

import pytest

from remit.domain.action import Failure
from remit.domain.approval import ApprovalStatus
from remit.domain.ballot import Verdict
from remit.domain.errors import MailRefused, Unavailable
from remit.domain.ledger import Kind
from remit.domain.measure import UNDELIVERABLE
from remit.domain.model import JsonObject
from remit.ports import Gate, Mail
from remit.usecases.gate import came_back, resume
from remit.usecases.wake import WakingPorts, wake_due
from tests.fakes.clock import NOON
from tests.fakes.gate import World, refund
from tests.fakes.outside import Outbox
from tests.unit.test_route import LEVELS, A, B, C, asked, charter, mailed, question, reply

REMINDED: JsonObject = {"approvers": [A, B], "quorum": 2, "remind_after_seconds": 600}


class Bouncer(Outbox):
    """SES, where these addresses are not verified."""

    def __init__(self, *refused: str) -> None:
        super().__init__()
        self.refused = refused

    def send(self, mail: Mail) -> str:
        if mail.to in self.refused:
            raise MailRefused(f"SES will not send to {mail.to}: not verified")
        return super().send(mail)


def ticks(world: World, minutes: int = 0) -> int:
    """So many minutes later the schedule comes round, and the gates do what they were woken for. Returns how many were."""
    world.clock.pause(60 * minutes)
    ports = WakingPorts(domains=("refunds",), approvals=world.approvals, gate=world.woken, clock=world.clock)
    woken = wake_due(ports)
    for approval in world.woken.woken[len(world.woken.woken) - woken :]:
        resume(approval, world.ports)
    return woken


def refusing(route: JsonObject, *refused: str) -> World:
    world = World(charter=charter(route), mailer=Bouncer(*refused))
    world.propose(refund(1200_00))
    return world


def added(world: World) -> list[tuple[object, object]]:
    return [(entry.body["because"], entry.body["approvers"]) for entry in world.entries() if entry.kind is Kind.APPROVAL_ESCALATED]


def test_before_anything_is_due_the_schedule_wakes_nobody() -> None:
    world = asked(LEVELS)
    assert (ticks(world, 9), mailed(world)) == (0, [A])


def test_a_level_that_is_silent_for_too_long_is_joined_by_the_next_once() -> None:
    world = asked(LEVELS)
    assert (ticks(world, 10), ticks(world), mailed(world)) == (1, 0, [A, B])
    assert ticks(world, 10) == 1
    assert (mailed(world), added(world)) == ([A, B, C], [("silence", [B]), ("silence", [C])])


def test_levels_that_were_slept_through_are_all_asked_at_the_next_tick() -> None:
    world = asked(LEVELS)
    ticks(world, 25)
    assert (mailed(world), question(world).level) == ([A, B, C], 2)


def test_whoever_was_asked_first_can_still_answer_after_the_next_level_was_asked() -> None:
    world = asked(LEVELS)
    ticks(world, 10)
    reply(world, A)
    assert (question(world).status, world.till.times) == (ApprovalStatus.APPROVED, 1)


def test_those_who_have_not_answered_are_reminded_again_and_again_and_the_others_are_left_alone() -> None:
    world = asked(REMINDED)
    reply(world, A)
    ticks(world, 10)
    ticks(world, 10)
    assert (mailed(world), world.kinds().count(Kind.APPROVAL_REMINDED)) == ([A, B, B, B], 2)


@pytest.mark.parametrize("which", [0, 1])
def test_the_mail_that_reminds_and_the_one_before_it_both_lead_to_the_question_which_is_answered_once(which: int) -> None:
    world = asked({"approvers": [A], "remind_after_seconds": 600})
    ticks(world, 10)
    world.reply(Verdict.APPROVE, token=f"token-{which + 1}")
    assert world.till.times == 1


def test_a_question_that_nobody_answers_expires_with_an_error_of_its_own() -> None:
    world = asked(LEVELS)
    ticks(world, 240)
    (_, told) = world.tasks.told[-1]
    assert isinstance(told, Failure)
    assert (told.error, question(world).status, world.till.times) == ("Remit.ApprovalExpired", ApprovalStatus.EXPIRED, 0)
    assert ticks(world, 1) == 0


def test_a_held_question_reminds_nobody_and_expires_all_the_same() -> None:
    world = asked({"approvers": [A], "remind_after_seconds": 600})
    held = question(world).moved(status=ApprovalStatus.HELD)
    world.records.approvals[held.id] = held
    assert (ticks(world, 20), mailed(world)) == (0, [A])
    ticks(world, 220)
    assert question(world).status is ApprovalStatus.EXPIRED


def test_a_gate_that_cannot_be_woken_keeps_no_other_asleep_and_is_woken_at_the_next_tick() -> None:
    world = asked({"approvers": [A], "remind_after_seconds": 600})
    world.propose(refund(1300_00), step="govern-2")
    first, second = world.approvals.due_in("refunds", NOON + timedelta(minutes=10))
    woken: list[str] = []

    class Halting(Gate):
        def resume(self, domain: str, run: str, approval: str) -> None:
            if approval == first.id:
                raise Unavailable("Lambda: ServiceException")
            woken.append(approval)

    world.clock.pause(600)
    ports = WakingPorts(domains=("refunds",), approvals=world.approvals, gate=Halting(), clock=world.clock)
    with pytest.raises(Unavailable):
        wake_due(ports)
    assert woken == [second.id]
    assert ticks(world) == 2


def test_where_an_address_is_refused_the_next_level_is_asked_at_once_and_it_is_counted() -> None:
    world = refusing(LEVELS, A)
    assert (mailed(world), added(world)) == ([B], [("unreachable", [B])])
    assert world.counts.sums(UNDELIVERABLE) == {"ApprovalMailsUndeliverable": 1}


def test_where_every_address_is_refused_the_question_stays_open_and_can_be_answered_elsewhere() -> None:
    world = refusing(LEVELS, A, B, C)
    assert (question(world).status, question(world).level, question(world).unreachable) == (ApprovalStatus.PENDING, 2, (A, B, C))
    assert world.approvals.open_in("refunds") == (question(world),)


def test_as_long_as_enough_can_be_reached_nobody_else_is_asked() -> None:
    world = refusing({"approvers": [A, B], "then": [{"after_seconds": 600, "approvers": [C]}]}, A)
    assert (mailed(world), added(world)) == ([B], [])


def test_a_mail_that_comes_back_passes_the_question_on_once() -> None:
    world = asked(LEVELS)
    for _ in range(2):
        came_back(question(world).id, A, "SES: Email Bounced", world.ports)
    assert (mailed(world), added(world)) == ([A, B], [("unreachable", [B])])
    assert world.counts.sums(UNDELIVERABLE) == {"ApprovalMailsUndeliverable": 1}
    reply(world, B)
    assert world.till.times == 1


class Hasty(Outbox):
    """SES, where a mail comes back before the gate that sent it has noted that."""

    def __init__(self) -> None:
        super().__init__()
        self.world: World | None = None

    def send(self, mail: Mail) -> str:
        sent = super().send(mail)
        if self.world is not None:
            with pytest.raises(Unavailable):
                came_back(mail.thread, mail.to, "SES: Email Bounced", self.world.ports)
        return sent


def test_a_mail_that_comes_back_before_it_is_noted_is_tried_again_until_it_is() -> None:
    mailer = Hasty()
    mailer.world = world = World(charter=charter(LEVELS), mailer=mailer)
    world.propose(refund(1200_00))
    assert mailed(world) == [A]
    mailer.world = None
    came_back(question(world).id, A, "SES: Email Bounced", world.ports)
    assert (mailed(world), added(world)) == ([A, B], [("unreachable", [B])])


def test_a_mail_that_comes_back_to_somebody_who_has_answered_meanwhile_changes_nothing() -> None:
    world = asked(REMINDED)
    reply(world, A)
    ticks(world, 10)
    before = world.kinds()
    came_back(question(world).id, A, "SES: Email Bounced", world.ports)
    assert world.kinds() == before


@pytest.mark.parametrize("to", ["stranger@example.com", B])
def test_a_mail_that_was_never_sent_cannot_come_back(to: str) -> None:
    world = asked(LEVELS)
    before = world.kinds()
    came_back(question(world).id, to, "SES: Email Bounced", world.ports)
    came_back("nothing", to, "SES: Email Bounced", world.ports)
    assert (world.kinds(), mailed(world)) == (before, [A])


def test_a_mail_that_comes_back_after_the_decision_changes_nothing() -> None:
    world = asked(LEVELS)
    reply(world, A)
    before = world.kinds()
    came_back(question(world).id, A, "SES: Email Bounced", world.ports)
    assert (world.kinds(), world.till.times) == (before, 1)


def test_a_stage_reminds_and_escalates_by_its_own_time() -> None:
    stages: JsonObject = {"stages": [{"approvers": [A]}, {"approvers": [B], "then": [{"after_seconds": 600, "approvers": [C]}]}]}
    world = asked(stages)
    world.clock.pause(3600)
    reply(world, A)
    assert (ticks(world, 9), mailed(world)) == (0, [A, B])
    assert (ticks(world, 1), mailed(world)) == (1, [A, B, C])
