"""What an agent may spend on its model: drawn before the model is asked, and counted right afterwards."""

from dataclasses import dataclass
from datetime import timedelta

from remit.budget_ports import TokenAccounts
from remit.domain.budget import BudgetSpec, LimitSpec, Reservation, token_reservations
from remit.domain.errors import Unavailable
from remit.ports import Clock

_REMEMBERED = timedelta(days=32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Purse:
    """One agent's."""

    agent: str
    budget: BudgetSpec
    limits: LimitSpec
    accounts: TokenAccounts
    clock: Clock

    def draw(self, run: str, most: int) -> tuple[Reservation, ...]:
        """Before a turn that takes at most so many tokens. Raises BudgetExhausted, Unavailable."""
        now = self.clock.now()
        drawn = token_reservations(self.agent, run, self.budget, most, now)
        if drawn:
            self.accounts.draw(drawn, now + timedelta(seconds=self.limits.seconds) + _REMEMBERED)
        return drawn

    def settle(self, drawn: tuple[Reservation, ...], used: int) -> None:
        """After it. What cannot be settled stays drawn, which is more than was used."""
        try:
            if drawn:
                self.accounts.settle(drawn, used)
        except Unavailable:
            return
