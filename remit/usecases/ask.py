"""Ask a route's approvers: one link each, of which only the hash is kept, and one mail each."""

from dataclasses import dataclass

from remit.domain.approval import Approval, Link, hash_token
from remit.domain.charter import Route
from remit.domain.errors import MailRefused
from remit.domain.ledger import Draft
from remit.pages import approval_mail
from remit.ports import AddLink, Entropy, Mail, Mailer, Records
from remit.usecases import entries


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What it takes to ask; `public_url` is the API's base address without a trailing slash."""

    records: Records
    mailer: Mailer
    entropy: Entropy
    public_url: str


def ask(approval: Approval, route: Route, asking: Asking) -> None:
    """Mail every approver a fresh link. Raises Unavailable; asking again makes new links beside the old ones."""
    for approver in route.approvers:
        _ask_one(approval, approver, asking)


def _ask_one(approval: Approval, approver: str, asking: Asking) -> None:
    token = asking.entropy.token()
    link = Link(token_hash=hash_token(token), approval=approval.id, approver=approver, expires_at=approval.expires_at)
    run = approval.intent.run
    asking.records.commit(run, [AddLink(link=link)], [])
    mail = approval_mail(approval, approver, f"{asking.public_url}/approvals/{approval.id}?token={token}")
    asking.records.commit(run, [], [_sent(approval, mail, asking)])


def _sent(approval: Approval, mail: Mail, asking: Asking) -> Draft:
    """A bad address stops neither the question nor the others who are asked."""
    try:
        return entries.mailed(approval, mail.to, asking.mailer.send(mail))
    except MailRefused as refused:
        return entries.undeliverable(approval, mail.to, refused.message)
