"""Ask those whose turn it is: one link each, of which only the hash is kept, and one mail each."""

from dataclasses import dataclass

from remit.approval_ports import AddLink, Approvals, MoveApproval
from remit.domain.approval import Approval, make_link
from remit.domain.errors import MailRefused
from remit.pages import approval_mail
from remit.ports import Clock, Entropy, Mailer, Records
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


def ask(approval: Approval, asking: Asking) -> Approval:
    """Mail everybody who may answer and has not got the present notice yet. Raises Unavailable; asking again goes on where it broke off."""
    for approver in approval.eligible:
        if approver not in (*approval.told, *approval.unreachable):
            approval = _ask_one(approval, approver, asking)
    return approval


def hear(approval: Approval, asking: Asking) -> Approval:
    """What the answers so far make of it. If its stage has agreed and another follows, that one is asked. Raises Conflict, Unavailable."""
    heard = approval.heard(asking.approvals.ballot(approval.id, approval.stage), asking.clock.now())
    if heard.stage == approval.stage:
        return heard
    asking.records.commit(approval.intent.run, [MoveApproval(approval=heard)], [entries.advanced(heard)])
    return ask(heard, asking)


def _ask_one(approval: Approval, approver: str, asking: Asking) -> Approval:
    token, run = asking.entropy.token(), approval.intent.run
    asking.records.commit(run, [AddLink(link=make_link(approval, token, approver, approver))], [])
    mail = approval_mail(approval, approver, f"{asking.public_url}/approvals/{approval.id}?token={token}")
    try:
        draft = entries.mailed(approval, approver, asking.mailer.send(mail))
        asked = approval.moved(told=(*approval.told, approver))
    except MailRefused as refused:
        # A bad address stops neither the question nor the others who are asked.
        draft = entries.undeliverable(approval, approver, refused.message)
        asked = approval.moved(unreachable=(*approval.unreachable, approver))
    asking.records.commit(run, [MoveApproval(approval=asked)], [draft])
    return asked
