"""Answers of people who are known by an identity of their own, not by a link."""

from remit.domain.approval import Approval
from remit.domain.ballot import Voice
from remit.domain.errors import LinkRefused, NotAsked, NotFound
from remit.domain.model import Model
from remit.domain.route import known_by_arn, known_by_name, signed_in
from remit.domain.situation import Situation, situation
from remit.usecases.answer import ApprovalPorts, Opinion, cast


class Person(Model):
    """Who it is to AWS or to the user pool, and which approvers' addresses are theirs."""

    known_as: str
    addresses: tuple[str, ...]


class Agreed(Opinion):
    """An answer to exactly the payload that was seen."""

    payload_digest: str


def by_arn(arn: str, ports: ApprovalPorts) -> Person:
    """The approver behind a signature of the deployment's own account."""
    ours = arn.split(":")[4:5] == [ports.account]
    found = [address for known in ports.known.values() for address in known_by_arn(arn, known)] if ours else []
    return Person(known_as=arn, addresses=tuple(dict.fromkeys(found)))


def by_name(name: str, ports: ApprovalPorts) -> Person:
    """The approver behind a sign-in to the deployment's user pool."""
    found = [address for known in ports.known.values() for address in known_by_name(name, known)]
    return Person(known_as=signed_in(name), addresses=tuple(dict.fromkeys(found)))


def stands(approval_id: str, person: Person, ports: ApprovalPorts) -> Situation:
    """How the question stands for the person. Raises NotFound, Unavailable."""
    approval = ports.approvals.approval(approval_id)
    if approval is None:
        raise NotFound(f"There is no approval '{approval_id}'.")
    ballot, suspension = ports.approvals.ballot(approval.id, approval.stage), ports.approvals.suspension(approval.intent.agent)
    return situation(approval, ballot, voice_of(person, approval, ports), suspension, ports.clock.now())


def voice_of(person: Person, approval: Approval, ports: ApprovalPorts) -> Voice | None:
    """Their own voice if they are asked, else that of one for whom they are the deputy."""
    own = next((each for each in approval.eligible if each in person.addresses), None)
    if own is not None:
        return Voice(approver=own, by=own, known_as=person.known_as)
    for approver in approval.eligible:
        deputy = standing_deputy(approver, approval, ports)
        if deputy in person.addresses:
            return Voice(approver=approver, by=deputy, known_as=person.known_as)
    return None


def standing_deputy(approver: str, approval: Approval, ports: ApprovalPorts) -> str:
    """Whoever answers in the approver's place now; nobody has no name."""
    deputy = ports.approvals.deputy(approver, approval.id)
    return deputy.to if deputy is not None and deputy.stands(ports.clock.now()) else ""


def answer_as(person: Person, approval_id: str, given: Agreed, ports: ApprovalPorts) -> Approval:
    """Record the person's answer, then let the gate go on. Raises NotFound, NotAsked, AgentSuspended, Unavailable."""
    seen = stands(approval_id, person, ports)
    approval = ports.approvals.approval(approval_id)
    voice = None if approval is None else voice_of(person, approval, ports)
    if approval is None or voice is None or given.payload_digest != seen.approval.payload_digest:
        raise NotAsked(f"{person.known_as} is not asked this now.")
    try:
        return cast(approval, ports.approvals.ballot(approval.id, approval.stage), voice, given, ports)
    except LinkRefused as refused:
        raise NotAsked(f"{person.known_as} may not answer this, or not any more: it is {seen.stands.lower()}.") from refused
