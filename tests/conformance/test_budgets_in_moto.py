from collections.abc import Iterator

import pytest

from remit.adapters.dynamodb_budgets import DynamoBudgets
from remit.adapters.dynamodb_records import DynamoRecords
from remit.record_ports import Records
from tests.conformance.budgets import BudgetsConformance, draw
from tests.fakes.clock import FixedClock
from tests.fakes.dynamodb import NAMES, moto_dynamodb
from tests.fakes.records import MemoryBudgets, MemoryRecords

ACCOUNT = "agent/read/2026-11-22"


def test_what_was_drawn_is_read_by_meter_and_of_that_account_only(monkeypatch: pytest.MonkeyPatch) -> None:
    with moto_dynamodb(monkeypatch) as client:
        records, fake = DynamoRecords(client, NAMES, FixedClock()), MemoryRecords(FixedClock())
        drawn = [draw(ACCOUNT, 2), draw(ACCOUNT, 700, limit=1000, meter="money/USD"), draw("agent/other/2026-11-22")]
        for each in (records, fake):
            each.commit("budgets", drawn, [])
        for budgets in (DynamoBudgets(client, NAMES), MemoryBudgets(fake)):
            assert budgets.drawn(ACCOUNT) == {"actions": 2, "money/USD": 700}
            assert budgets.drawn("agent/nobody/2026-11-22") == {}


class TestBudgetsInMoto(BudgetsConformance):
    @pytest.fixture
    def records(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[Records]:
        with moto_dynamodb(monkeypatch) as client:
            yield DynamoRecords(client, NAMES, FixedClock())
