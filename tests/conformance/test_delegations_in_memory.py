import pytest

from tests.conformance.delegations import DelegationsConformance, Stores
from tests.fakes.clock import FixedClock
from tests.fakes.records import MemoryDelegations, MemoryRecords


class TestMemoryDelegations(DelegationsConformance):
    @pytest.fixture
    def stores(self) -> Stores:
        records = MemoryRecords(FixedClock())
        return Stores(records, MemoryDelegations(records))
