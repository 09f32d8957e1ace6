"""What every TokenAccounts must do: run by the fake, by moto and by the local cloud."""

from abc import ABC, abstractmethod
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from remit.budget_ports import TokenAccounts
from remit.domain.budget import Reservation
from remit.domain.errors import BudgetExhausted
from tests.fakes.clock import NOON

MANY, COVERED = 100, 10
UNTIL = NOON + timedelta(days=99)


def tokens(account: str, amount: int, limit: int = 1000) -> Reservation:
    return Reservation(account=f"run/{account}/support", meter="tokens", amount=amount, limit=limit)


class TokensConformance(ABC):
    """Each test names its own accounts, so that one store serves them all."""

    @abstractmethod
    @pytest.fixture
    def accounts(self) -> TokenAccounts: ...

    def drawn(self, accounts: TokenAccounts, *reservations: Reservation) -> bool:
        try:
            accounts.draw(reservations, UNTIL)
        except BudgetExhausted:
            return False
        return True

    def test_several_accounts_are_drawn_from_together_or_not_at_all(self, accounts: TokenAccounts) -> None:
        assert self.drawn(accounts, tokens("day-1", 600), tokens("run-1", 600))
        assert not self.drawn(accounts, tokens("day-2", 600), tokens("run-1", 600))
        assert self.drawn(accounts, tokens("day-2", 1000))

    def test_what_was_used_counts_in_place_of_what_was_drawn(self, accounts: TokenAccounts) -> None:
        first = tokens("settled", 900)
        assert self.drawn(accounts, first)
        accounts.settle([first], 100)
        assert [self.drawn(accounts, tokens("settled", 450)) for _ in range(3)] == [True, True, False]

    def test_more_used_than_drawn_counts_too(self, accounts: TokenAccounts) -> None:
        first = tokens("over", 900)
        assert self.drawn(accounts, first)
        accounts.settle([first], 1200)
        assert not self.drawn(accounts, tokens("over", 1))

    def test_of_a_hundred_turns_at_once_exactly_as_many_are_taken_as_the_budget_covers(self, accounts: TokenAccounts) -> None:
        with ThreadPoolExecutor(16) as pool:
            assert sum(pool.map(lambda _: self.drawn(accounts, tokens("crowd", 100)), range(MANY))) == COVERED
