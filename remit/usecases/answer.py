"""A human's answer: looking decides nothing, only an answer through a valid link does, and only once."""

from dataclasses import dataclass

from remit.domain.approval import Approval, ApprovalStatus, Link, Verdict, hash_token
from remit.domain.errors import Conflict, LinkRefused
from remit.domain.model import Model
from remit.ports import AnswerApproval, Clock, Gate, Records
from remit.usecases import entries


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalPorts:
    records: Records
    gate: Gate
    clock: Clock


class Answer(Model):
    """What the form says; `token` is the mailed one."""

    token: str
    verdict: Verdict
    comment: str = ""


def look(approval_id: str, token: str, ports: ApprovalPorts) -> tuple[Approval, Link]:
    """The question behind a link. Raises LinkRefused, in the same words whatever is wrong with the link."""
    link = ports.records.link(hash_token(token))
    approval = ports.records.approval(approval_id)
    if link is None or approval is None or link.approval != approval.id or ports.clock.now() >= link.expires_at:
        raise LinkRefused("This link is not valid, or not any more.")
    return approval, link


def answer(approval_id: str, given: Answer, ports: ApprovalPorts) -> Approval:
    """Record the answer, then let the gate go on. Raises LinkRefused if the link or the question is not open."""
    approval, link = look(approval_id, given.token, ports)
    if approval.status is not ApprovalStatus.PENDING:
        # A crash may have come between the record and the gate: the gate takes a second nudge without harm.
        ports.gate.resume(approval)
        raise LinkRefused("This question has been answered already; nothing was done again.")
    answered = approval.answered(given.verdict, link.approver, given.comment, ports.clock.now())
    try:
        ports.records.commit(approval.intent.run, [AnswerApproval(approval=answered)], [entries.answered(answered)])
    except Conflict as error:
        raise LinkRefused("Somebody else answered this question first; nothing was done again.") from error
    ports.gate.resume(answered)
    return answered
