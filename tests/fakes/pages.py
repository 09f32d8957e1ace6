"""The approval page's question in each state that it can be in, as the page finds it."""

from collections.abc import Callable, Mapping

from remit.domain.agent import Suspension
from remit.domain.approval import Approval, ApprovalStatus
from remit.domain.ballot import Verdict
from remit.domain.fact_change import FactChange
from remit.domain.situation import Stands
from remit.usecases.answer import Given, answer
from tests.fakes.clock import NOON
from tests.fakes.gate import World, refund

CHANGE = FactChange(id="accounts/A-100", was={"version": 3, "status": "open"}, now={"version": 4, "status": "closed"})


def asked() -> World:
    world = World()
    world.propose(refund(1200_00))
    return world


def the_question(world: World) -> Approval:
    (approval,) = world.records.approvals.values()
    return approval


def _decided(world: World) -> None:
    world.reply(Verdict.REJECT, "Three claims in one week.")


def _expired(world: World) -> None:
    world.clock.pause(4 * 3600)


def _answered(world: World) -> None:
    """Two have to agree, and the first has."""
    approval = the_question(world)
    (stage,) = approval.stages
    stage = stage.model_copy(update={"approvers": (*stage.approvers, "second@example.com"), "quorum": 2})
    world.records.approvals[approval.id] = approval.moved(stages=(stage,))
    answer(approval.id, Given(token="token-1", verdict=Verdict.APPROVE), world.approval_ports)


def _changed(status: ApprovalStatus) -> Callable[[World], None]:
    def change(world: World) -> None:
        approval = the_question(world)
        world.records.approvals[approval.id] = approval.moved(status=status, changes=(CHANGE,))

    return change


def _steps_up(world: World) -> None:
    approval = the_question(world)
    world.records.approvals[approval.id] = approval.moved(step_up=True)


def _renewed(world: World) -> None:
    approval = the_question(world)
    world.records.approvals[approval.id] = approval.asked_anew(approval, CHANGE)


def _withdrawn(world: World) -> None:
    (approval,) = world.records.approvals.values()
    world.records.approvals[approval.id] = approval.withdrawn()


def _suspended(world: World) -> None:
    by = "arn:aws:iam::000000000000:user/operator"
    world.records.stopped["support"] = Suspension(agent="support", reason="it refunds too much", by=by, at=NOON)


# What happens to the question, and what the page says then.
STATES: Mapping[Stands, tuple[Callable[[World], None], tuple[str, ...]]] = {
    Stands.OPEN: (lambda world: None, ("wants to refund 1,200.00 USD", "If nobody answers", "22 November 2026, 16:00 UTC")),
    Stands.SIGN_IN: (_steps_up, ("Answer this as who you are", "remit approvals approve")),
    Stands.ANSWERED: (_answered, ("Nothing is asked of you now", "1 of 2 have agreed", "Approved by finance@example.com")),
    Stands.DECIDED: (
        _decided,
        ("Already decided: rejected", "by finance@example.com on 22 November 2026, 12:00 UTC", "Three claims"),
    ),
    Stands.EXPIRED: (_expired, ("Expired", "Nobody answered in time")),
    Stands.WITHDRAWN: (_withdrawn, ("Taken back", "waits for it no longer")),
    Stands.SUPERSEDED: (_changed(ApprovalStatus.SUPERSEDED), ("A fact this rests on changed", "status open", "status closed")),
    Stands.RENEWED: (_renewed, ("Asked anew", "has another mail", "version 3", "version 4")),
    Stands.HELD: (_changed(ApprovalStatus.HELD), ("On hold", "accounts/A-100", "version 3", "version 4")),
    Stands.SUSPENDED: (_suspended, ("The agent has been stopped", "user/operator", "it refunds too much.")),
}
