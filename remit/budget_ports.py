"""Budgets as changes that a commit of Records can make: what is drawn from an account."""

from datetime import datetime

from remit.domain.budget import Reservation
from remit.domain.errors import RemitError
from remit.ports import Requirement


class Reserve(Requirement):
    """The account must still hold the amount, which is drawn from it. It is kept at least until then."""

    reservation: Reservation
    keep_until: datetime

    def unmet(self) -> RemitError:
        return self.reservation.exhausted()
