"""State and its record as Remit needs them kept outside, and the changes that a commit can make to them."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

from remit.domain.action import Action, ActionStatus
from remit.domain.agent import Suspension
from remit.domain.errors import RemitError, run_ended, suspended
from remit.domain.ledger import Draft, Entry
from remit.domain.model import Model
from remit.domain.warrant import Warrant


class Change(Model):
    """A state change that a commit makes, or none of them."""


class OpenAction(Change):
    """The action must not exist yet."""

    action: Action


class MoveAction(Change):
    """The action must be in status `was`."""

    action: Action
    was: ActionStatus


class MintWarrant(Change):
    """The warrant must not exist yet."""

    warrant: Warrant


class OpenRun(Change):
    """The run must have no entry yet; this is its first."""

    entry: Entry


class Requirement(Change, ABC):
    """Where it is not met the commit raises what it says, and nothing is changed."""

    @abstractmethod
    def unmet(self) -> RemitError:
        """Why not."""


class RequireActive(Requirement):
    """The agent must not be suspended; changes nothing."""

    agent: str

    def unmet(self) -> RemitError:
        return suspended()


class EndRun(Change):
    """The run must not have ended yet; from here on nothing is minted or asked in it, nor in any that it asked for."""

    run: str


class RequireRunOpen(Requirement):
    """The run must not have ended; changes nothing."""

    run: str

    def unmet(self) -> RemitError:
        return run_ended()


class Suspend(Change):
    """The agent must not be suspended yet."""

    suspension: Suspension


class Reinstate(Change):
    """The agent must be suspended."""

    agent: str


class Records(ABC):
    """Actions, approvals, warrants and the ledger: state and its record change together or not at all."""

    @abstractmethod
    def commit(self, run: str, changes: Sequence[Change], drafts: Sequence[Draft]) -> None:
        """Make all changes and append all drafts to the run's chain, or none of it. Of what does not hold the
        first in the order given decides: raises Conflict for a change, what it says for a Requirement. Raises Unavailable."""

    @abstractmethod
    def open_run(self, run: str, draft: Draft, changes: Sequence[Change] = ()) -> None:
        """Append the run's first entry, with the changes or not at all. Raises Conflict if the run has one already, what an unmet
        requirement says, Unavailable."""

    @abstractmethod
    def action(self, key: str) -> Action | None: ...

    @abstractmethod
    def suspensions(self) -> tuple[Suspension, ...]:
        """The agents that are stopped now, by name."""

    @abstractmethod
    def entries(self, run: str) -> tuple[Entry, ...]:
        """The run's ledger in order; empty for an unknown run."""
