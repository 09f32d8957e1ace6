"""Questions to humans and their answers as Remit needs them from outside, and the changes that a commit of Records can make to them."""

from abc import ABC, abstractmethod
from datetime import datetime

from remit.domain.agent import Suspension
from remit.domain.approval import Approval
from remit.domain.ballot import Ballot
from remit.domain.delegation import Delegator
from remit.domain.deputy import Deputy
from remit.domain.link import Link
from remit.domain.session import Session
from remit.record_ports import Change


class Approvals(ABC):
    """For reading. Every method but `open_in` and `due_in` sees all that was committed before it, and all raise Unavailable when they
    cannot tell."""

    @abstractmethod
    def approval(self, approval: str) -> Approval | None: ...

    @abstractmethod
    def open_in(self, domain: str) -> tuple[Approval, ...]:
        """The domain's questions that still wait, oldest first; one that was asked or settled just now may be missed."""

    @abstractmethod
    def due_in(self, domain: str, now: datetime) -> tuple[Approval, ...]:
        """Those of them of which time has made something; it may miss the same."""

    @abstractmethod
    def link(self, token_hash: str) -> Link | None: ...

    @abstractmethod
    def ballot(self, approval: str, stage: int) -> Ballot:
        """Empty where nobody has answered."""

    @abstractmethod
    def deputy(self, approver: str, approval: str) -> Deputy | None:
        """The last that was appointed for this question, else for all of the approver's; it may have ended."""

    @abstractmethod
    def session(self, visit_hash: str) -> Session | None:
        """Who signed in with the visit; it may be over."""

    @abstractmethod
    def suspension(self, agent: str) -> Suspension | None:
        """Why nothing can be approved for the agent now; None while it may act."""


class SignIns(ABC):
    @abstractmethod
    def redeem(self, code: str, key: str, came_back_to: str) -> Delegator:
        """Who signed in, by what the user pool's page sent the browser back with. Raises Unauthenticated, Unavailable."""


class RequestApproval(Change):
    """The approval must not exist yet."""

    approval: Approval


class MoveApproval(Change):
    """The approval must be the one that this was made of by one change."""

    approval: Approval


class AddLink(Change):
    """One more approver's way to the approval; its token must not exist yet."""

    link: Link


class RequireOpen(Change):
    """The approval must be PENDING, and at this stage of this round."""

    approval: str
    stage: int
    round: int = 1


class RequireWaiting(Change):
    """The approval must still wait, for an answer or for whoever holds it."""

    approval: str


class CastBallot(Change):
    """The ballot must be as it was before its last answer."""

    ballot: Ballot


class AppointDeputy(Change):
    """In the place of any that was appointed before, for the same."""

    deputy: Deputy


class StartSession(Change):
    """The visit must not be one that anybody signed in with."""

    session: Session


class NoteOpened(Change):
    """Whoever has the link must not have opened it yet."""

    link: Link
