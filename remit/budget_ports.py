"""Budgets as changes that a commit of Records can make: what is drawn from an account, and what is given back because nothing was done."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import datetime

from remit.domain.budget import Reservation
from remit.domain.errors import RemitError
from remit.record_ports import Change, Requirement


class Reserve(Requirement):
    """The account must still hold the amount, which is drawn from it. It is kept at least until then."""

    reservation: Reservation
    keep_until: datetime

    def unmet(self) -> RemitError:
        return self.reservation.exhausted()


class GiveBack(Change):
    """The amount must have been drawn."""

    reservation: Reservation


class VoidWarrant(Change):
    """The warrant must not have been used, and never will be."""

    warrant: str


class TokenAccounts(ABC):
    """One agent's accounts of tokens, to which it has the only key."""

    @abstractmethod
    def draw(self, reservations: Sequence[Reservation], keep_until: datetime) -> None:
        """All of them, or none. Raises BudgetExhausted for the first that does not fit, Unavailable."""

    @abstractmethod
    def settle(self, reservations: Sequence[Reservation], used: int) -> None:
        """Count what was used instead of what was drawn. Raises Unavailable."""


class Budgets(ABC):
    """For reading."""

    @abstractmethod
    def drawn(self, account: str) -> dict[str, int]:
        """How much was drawn from each meter of an account; what nothing was drawn from is not there. Raises Unavailable."""
