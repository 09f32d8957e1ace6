"""How a question stands for one who looks at it."""

from datetime import datetime
from enum import StrEnum

from remit.domain.agent import Suspension
from remit.domain.approval import Approval, ApprovalStatus
from remit.domain.ballot import LINK, Answer, Ballot, Voice
from remit.domain.model import Model


class Stands(StrEnum):
    OPEN = "OPEN"
    SIGN_IN = "SIGN_IN"
    ANSWERED = "ANSWERED"
    DECIDED = "DECIDED"
    EXPIRED = "EXPIRED"
    SUPERSEDED = "SUPERSEDED"
    WITHDRAWN = "WITHDRAWN"
    RENEWED = "RENEWED"
    HELD = "HELD"
    SUSPENDED = "SUSPENDED"


class Situation(Model):
    """`answers` are all that count so far. SIGN_IN: it takes more than a link to answer. ANSWERED: one's own answer is given, or not asked
    for any more, and others are waited for. RENEWED: what one was asked is asked anew, by another mail."""

    stands: Stands
    approval: Approval
    answers: tuple[Answer, ...]
    suspension: Suspension | None = None


_STANDS = {
    ApprovalStatus.APPROVED: Stands.DECIDED,
    ApprovalStatus.REJECTED: Stands.DECIDED,
    ApprovalStatus.EXPIRED: Stands.EXPIRED,
    ApprovalStatus.SUPERSEDED: Stands.SUPERSEDED,
    ApprovalStatus.WITHDRAWN: Stands.WITHDRAWN,
    ApprovalStatus.HELD: Stands.HELD,
}


def situation(
    approval: Approval, ballot: Ballot, voice: Voice | None, suspension: Suspension | None, now: datetime, *, asked: bool = True
) -> Situation:
    """`ballot` is the present stage's, `voice` the onlooker's (None: they have none), `asked` whether that is what they were asked."""
    ballot = ballot.of_round(approval.round)
    heard = approval.heard(ballot, now)
    moved = heard is not approval
    answers = heard.answers if moved or not heard.open else (*approval.answers, *approval.counted(ballot))
    stands = _STANDS.get(heard.status) or _while_pending(approval, ballot, voice, suspension, asked=asked and not moved)
    return Situation(stands=stands, approval=heard, answers=answers, suspension=suspension)


def _while_pending(approval: Approval, ballot: Ballot, voice: Voice | None, suspension: Suspension | None, *, asked: bool) -> Stands:
    if suspension is not None:
        return Stands.SUSPENDED
    if not asked or voice is None or ballot.heard_from(voice):
        return Stands.ANSWERED
    return Stands.SIGN_IN if approval.step_up and voice.known_as == LINK else Stands.OPEN
