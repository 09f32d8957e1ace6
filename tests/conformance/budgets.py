"""What every Records must do with what is drawn from budgets: run by the fake, by moto and by the local cloud."""

from abc import ABC, abstractmethod
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from remit.budget_ports import GiveBack, Reserve, VoidWarrant
from remit.domain.action import ActionStatus
from remit.domain.budget import Reservation
from remit.domain.errors import BudgetExhausted, Conflict
from remit.domain.warrant import mint
from remit.record_ports import Change, MintWarrant, OpenAction, Records
from tests.conformance.records import DRAFT, an_action, an_intent
from tests.fakes.clock import NOON

MANY, COVERED = 100, 10


def draw(account: str, amount: int = 1, limit: int = 3, meter: str = "actions") -> Reserve:
    reservation = Reservation(account=account, meter=meter, amount=amount, limit=limit)
    return Reserve(reservation=reservation, keep_until=NOON + timedelta(days=99))


class BudgetsConformance(ABC):
    """Each test names its own accounts, so that one store serves them all."""

    @abstractmethod
    @pytest.fixture
    def records(self) -> Records: ...

    def drawn(self, records: Records, *changes: Change) -> bool:
        try:
            records.commit("budgets", list(changes), [])
        except BudgetExhausted:
            return False
        return True

    def test_an_account_takes_exactly_what_it_holds(self, records: Records) -> None:
        assert [self.drawn(records, draw("agent/exact/2026-11-22", 2, limit=5)) for _ in range(4)] == [True, True, False, False]
        assert self.drawn(records, draw("agent/exact/2026-11-22", 1, limit=5))
        assert not self.drawn(records, draw("agent/exact/2026-11-22", 1, limit=5))

    def test_an_untouched_account_does_not_take_more_than_it_holds(self, records: Records) -> None:
        assert not self.drawn(records, draw("agent/untouched/2026-11-22", 4, limit=3))
        assert self.drawn(records, draw("agent/untouched/2026-11-22", 3, limit=3))

    def test_a_limit_of_nothing_takes_nothing(self, records: Records) -> None:
        assert not self.drawn(records, draw("agent/nothing/2026-11-22", 0, limit=-1))
        assert not self.drawn(records, draw("agent/nothing/2026-11-22", 1, limit=0))

    def test_each_meter_of_an_account_and_each_account_is_drawn_from_by_itself(self, records: Records) -> None:
        for account, meter in (("run/r/a", "actions"), ("run/r/a", "money/USD"), ("run/r/b", "actions")):
            assert self.drawn(records, draw(account, 3, meter=meter))

    def test_several_accounts_are_drawn_from_together_or_not_at_all(self, records: Records) -> None:
        full, open_to_all = draw("run/tree/child", 3), draw("run/tree/parent", 1, limit=2)
        assert self.drawn(records, full, open_to_all)
        assert not self.drawn(records, draw("run/tree/child"), open_to_all)
        assert self.drawn(records, open_to_all)
        assert not self.drawn(records, open_to_all)

    def test_what_does_not_fit_says_which_account_and_changes_nothing(self, records: Records) -> None:
        action = an_action("exhausted", ActionStatus.WARRANTED)
        with pytest.raises(BudgetExhausted) as refused:
            records.commit("exhausted", [OpenAction(action=action), draw("agent/support/2026-11-22", 4)], [DRAFT])
        assert refused.value.message == "On 2026-11-22 agent 'support' has a budget of 3 actions, and this would exceed it."
        assert [reason.policy for reason in refused.value.reasons] == ["budget.agent.actions"]
        assert (records.action(action.intent.key), records.entries("exhausted")) == (None, ())

    def test_of_what_does_not_hold_the_first_decides(self, records: Records) -> None:
        """A repeat of an action that drew the last of a budget is a repeat, and no second action that the budget does not cover."""
        action = an_action("repeated", ActionStatus.WARRANTED)
        changes = [OpenAction(action=action), draw("run/repeated/support", limit=1)]
        records.commit("repeated", changes, [DRAFT])
        with pytest.raises(Conflict):
            records.commit("repeated", changes, [DRAFT])
        with pytest.raises(BudgetExhausted):
            records.commit("repeated", [*reversed(changes)], [DRAFT])

    def test_what_is_given_back_can_be_drawn_again_and_no_more_than_was_drawn(self, records: Records) -> None:
        drawn = draw("agent/returned/2026-11-22", 3)
        records.commit("budgets", [drawn], [])
        records.commit("budgets", [GiveBack(reservation=drawn.reservation)], [])
        with pytest.raises(Conflict):
            records.commit("budgets", [GiveBack(reservation=drawn.reservation)], [])
        assert [self.drawn(records, drawn) for _ in range(2)] == [True, False]

    def test_a_warrant_is_taken_back_once(self, records: Records) -> None:
        records.commit("budgets", [VoidWarrant(warrant="taken-back")], [])
        with pytest.raises(Conflict):
            records.commit("budgets", [VoidWarrant(warrant="taken-back"), draw("run/taken-back/a")], [])
        assert self.drawn(records, draw("run/taken-back/a", 3))

    def test_of_a_hundred_at_once_exactly_as_many_pass_as_the_budget_covers(self, records: Records) -> None:
        def minted(number: int) -> bool:
            run = f"crowd-{number}"
            warrant = mint(an_intent(run), NOON)
            return self.drawn(records, draw("agent/crowd/2026-11-22", limit=COVERED), MintWarrant(warrant=warrant))

        with ThreadPoolExecutor(16) as pool:
            assert sum(pool.map(minted, range(MANY))) == COVERED
