"""Ask those whose turn it is: one link each, of which only the hash is kept, and one mail each."""

from dataclasses import dataclass

from remit.approval_ports import AddLink, Approvals, MoveApproval
from remit.domain.approval import Approval, ApprovalStatus
from remit.domain.ballot import Ballot
from remit.domain.errors import MailRefused, Unavailable
from remit.domain.link import make_link
from remit.pages import approval_mail
from remit.ports import Clock, Entropy, Mailer
from remit.record_ports import Records
from remit.usecases import approval_entries as entries


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What it takes to ask; `public_url` is the API's base address without a trailing slash."""

    approvals: Approvals
    records: Records
    mailer: Mailer
    entropy: Entropy
    clock: Clock
    public_url: str


def ask(approval: Approval, ballot: Ballot, asking: Asking) -> Approval:
    """Mail everybody whose answer is still wanted and who has not got the present notice; where too few can be reached, the next level
    too. Raises Unavailable; asking again goes on where it broke off."""
    for approver in approval.eligible:
        by = _whom_to_ask(approval, approver, asking)
        if _is_to_be_asked(approval, approver, by, ballot):
            approval = _ask_one(approval, approver, by, asking)
    timely = _in_time(approval, asking)
    return approval if timely is approval else ask(timely, ballot, asking)


def hear(approval: Approval, asking: Asking) -> Approval:
    """What the answers so far and time have made of it; whoever is to be asked by now has been. Raises Conflict, Unavailable."""
    ballot = asking.approvals.ballot(approval.id, approval.stage)
    heard = approval.heard(ballot, asking.clock.now())
    if not heard.open or heard.status is ApprovalStatus.HELD:
        return heard
    if heard.stage == approval.stage:
        return ask(_in_time(approval, asking), ballot, asking)
    asking.records.commit(approval.intent.run, [MoveApproval(approval=heard)], [entries.advanced(heard)])
    return ask(heard, Ballot(approval=heard.id, stage=heard.stage), asking)


def cannot_reach(approval: Approval, to: str, why: str, asking: Asking) -> None:
    """A mail came back: whoever was asked by it was not. Harmless to repeat. Raises Conflict, and Unavailable where it came back before it
    was noted that it was sent."""
    if not approval.open:
        return
    if _is_about_to_be_asked(approval, to, asking):
        raise Unavailable(f"It is not noted yet that {to} was asked: try again.")
    if to in approval.told:
        told = tuple(each for each in approval.told if each != to)
        moved = approval.moved(told=told, unreachable=(*approval.unreachable, to))
        asking.records.commit(approval.intent.run, [MoveApproval(approval=moved)], [entries.undeliverable(approval, to, why)])


def _in_time(approval: Approval, asking: Asking) -> Approval:
    while (timely := approval.timely(asking.clock.now())) is not approval:
        asking.records.commit(approval.intent.run, [MoveApproval(approval=timely)], [entries.timed(approval, timely)])
        approval = timely
    return approval


def _whom_to_ask(approval: Approval, approver: str, asking: Asking) -> str:
    """Their deputy, unless that one may not answer, has a voice of their own, or cannot be reached."""
    deputy = asking.approvals.deputy(approver, approval.id)
    if deputy is None or not deputy.stands(asking.clock.now()):
        return approver
    return approver if deputy.to in (*approval.barred, *approval.eligible, *approval.unreachable) else deputy.to


def _is_to_be_asked(approval: Approval, approver: str, by: str, ballot: Ballot) -> bool:
    """Whether their answer is wanted, and they have not got the present notice."""
    return by not in (*approval.told, *approval.unreachable) and not _has_answered(approver, ballot.of_round(approval.round))


def _is_about_to_be_asked(approval: Approval, to: str, asking: Asking) -> bool:
    ballot = asking.approvals.ballot(approval.id, approval.stage)
    asked = ((approver, _whom_to_ask(approval, approver, asking)) for approver in approval.eligible)
    return any(by == to and _is_to_be_asked(approval, approver, by, ballot) for approver, by in asked)


def _has_answered(approver: str, ballot: Ballot) -> bool:
    return any(approver == said.voice.approver for said in ballot.answers)


def _ask_one(approval: Approval, approver: str, by: str, asking: Asking) -> Approval:
    token, run = asking.entropy.token(), approval.intent.run
    asking.records.commit(run, [AddLink(link=make_link(approval, token, approver, by))], [])
    mail = approval_mail(approval, approver, by, f"{asking.public_url}/approvals/{approval.id}?token={token}")
    try:
        draft = entries.mailed(approval, by, asking.mailer.send(mail))
        asked = approval.moved(told=(*approval.told, by))
    except MailRefused as refused:
        # A bad address stops neither the question nor the others who are asked.
        draft = entries.undeliverable(approval, by, refused.message)
        asked = approval.moved(unreachable=(*approval.unreachable, by))
    asking.records.commit(run, [MoveApproval(approval=asked)], [draft])
    return asked
