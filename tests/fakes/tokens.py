from collections.abc import Sequence
from datetime import datetime
from threading import Lock

from remit.budget_ports import TokenAccounts
from remit.domain.budget import Allowance, BudgetSpec, LimitSpec, Reservation
from remit.domain.errors import Unavailable
from remit.ports import Clock
from remit.usecases.tokens import Purse


class MemoryTokens(TokenAccounts):
    """What was drawn from each account. `gone` makes it unreachable."""

    def __init__(self) -> None:
        self.drawn: dict[str, int] = {}
        self.gone = False
        self._one_at_a_time = Lock()

    def draw(self, reservations: Sequence[Reservation], keep_until: datetime) -> None:
        self._reach()
        with self._one_at_a_time:
            for each in reservations:
                if self.drawn.get(each.account, 0) + each.amount > each.limit:
                    raise each.exhausted()
            self._add({each.account: each.amount for each in reservations})

    def settle(self, reservations: Sequence[Reservation], used: int) -> None:
        self._reach()
        with self._one_at_a_time:
            self._add({each.account: used - each.amount for each in reservations})

    def _reach(self) -> None:
        if self.gone:
            raise Unavailable("DynamoDB: throttled")

    def _add(self, amounts: dict[str, int]) -> None:
        for account, amount in amounts.items():
            self.drawn[account] = self.drawn.get(account, 0) + amount


def make_purse(clock: Clock, accounts: TokenAccounts | None = None, *, day: int | None = None, run: int | None = None) -> Purse:
    """The support agent's; without a limit nothing is drawn."""
    budget = BudgetSpec(day=Allowance(tokens=day), run=Allowance(tokens=run))
    return Purse(agent="support", budgets={"support": budget}, limits=LimitSpec(), accounts=accounts or MemoryTokens(), clock=clock)
