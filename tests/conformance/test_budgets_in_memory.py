import pytest

from remit.record_ports import Records
from tests.conformance.budgets import BudgetsConformance
from tests.fakes.clock import FixedClock
from tests.fakes.records import MemoryRecords


class TestBudgetsInMemory(BudgetsConformance):
    @pytest.fixture
    def records(self) -> Records:
        return MemoryRecords(FixedClock())
