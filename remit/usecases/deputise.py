"""Somebody else answers in an approver's place: while they are away, or this one question."""

from collections.abc import Iterable
from datetime import datetime

from remit.approval_ports import AppointDeputy
from remit.domain.approval import Approval
from remit.domain.deputy import Deputy, appointed
from remit.domain.errors import InvalidRequest, NotAsked, Reason
from remit.domain.ledger import Draft, Kind
from remit.usecases.answer import ApprovalPorts
from remit.usecases.identified import Person


def away(person: Person, to: str, until: datetime, ports: ApprovalPorts) -> Deputy:
    """From now on `to` is asked wherever the person would be. Raises InvalidRequest, NotAsked, Unavailable."""
    (approver, *others) = person.addresses or (None,)
    if approver is None or others:
        raise NotAsked(f"{person.known_as} is no approver of this deployment, or more than one.")
    _check_known(to, (domain for domain, known in ports.known.items() if approver in known), ports)
    deputy = appointed(Deputy(approver=approver, to=to, since=ports.clock.now(), until=until, by=person.known_as))
    # The approver's own chain in the ledger: it belongs to no run.
    ports.records.commit(f"approver-{approver}", [AppointDeputy(deputy=deputy)], [_draft(deputy)])
    return deputy


def hand_over(person: Person, approval: Approval, to: str, until: datetime, ports: ApprovalPorts) -> Deputy:
    """This question is `to`'s to answer as well, and they are asked. Raises InvalidRequest, NotAsked, Unavailable."""
    approver = next((each for each in approval.eligible if each in person.addresses), None)
    if approver is None:
        raise NotAsked(f"{person.known_as} is not asked this now.")
    if to in approval.barred:
        raise _unknown(to, "may not answer this: their duties are kept apart from it")
    _check_known(to, [approval.domain], ports)
    deputy = appointed(Deputy(approver=approver, to=to, since=ports.clock.now(), until=until, approval=approval.id, by=person.known_as))
    ports.records.commit(approval.intent.run, [AppointDeputy(deputy=deputy)], [_draft(deputy)])
    ports.gate.resume(*approval.named)
    return deputy


def _check_known(to: str, domains: Iterable[str], ports: ApprovalPorts) -> None:
    """A charter says who may ever answer: nobody can bring in a stranger."""
    if not all(to in ports.known[domain] for domain in domains):
        raise _unknown(to, "is no approver of the charter")


def _unknown(to: str, problem: str) -> InvalidRequest:
    return InvalidRequest(f"to: '{to}' {problem}", (Reason(policy="to", reason=problem),))


def _draft(deputy: Deputy) -> Draft:
    return Draft(kind=Kind.DEPUTY_APPOINTED, body=deputy.model_dump(mode="json"))
