import pytest

from tests.conformance.approvals import ApprovalsConformance, Store
from tests.fakes.approvals import MemoryApprovals
from tests.fakes.clock import FixedClock
from tests.fakes.records import MemoryRecords


class TestMemoryApprovals(ApprovalsConformance):
    @pytest.fixture
    def store(self) -> Store:
        records = MemoryRecords(FixedClock())
        return Store(records, MemoryApprovals(records))
