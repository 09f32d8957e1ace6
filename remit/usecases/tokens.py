"""What an agent may spend on its model: drawn before the model is asked, and counted right afterwards."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from remit.budget_ports import TokenAccounts
from remit.domain.budget import UNBOUNDED, Accounts, Allowance, BudgetSpec, LimitSpec, Reservation, asked_accounts, token_reservations
from remit.domain.errors import Unavailable
from remit.domain.message import Ancestor
from remit.ports import Clock

_REMEMBERED = timedelta(days=32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Purse:
    """One agent's, in a charter whose agents have these budgets, and whose runs' trees have this one."""

    agent: str
    budgets: Mapping[str, BudgetSpec]
    limits: LimitSpec
    accounts: TokenAccounts
    clock: Clock
    tree: Allowance = field(default_factory=Allowance)

    def draw(self, run: str, most: int, asked_by: Sequence[Ancestor] | None = None) -> tuple[Reservation, ...]:
        """Before a turn that takes at most so many tokens, in a run that was asked for by these; None: nobody says. Raises
        BudgetExhausted, Unavailable."""
        now = self.clock.now()
        drawn = token_reservations(self._accounts(run, asked_by), most)
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

    def _accounts(self, run: str, asked_by: Sequence[Ancestor] | None) -> Accounts:
        if asked_by is None and self.tree.tokens is not None:
            raise Unavailable("Nothing says which tree this run is of, so its tokens cannot be drawn.")
        own = self.budgets.get(self.agent, UNBOUNDED).of(self.agent, run, self.clock.now())
        return (*own, *asked_accounts(run, asked_by or (), self.budgets, self.tree))
