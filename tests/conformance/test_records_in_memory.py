import pytest

from remit.record_ports import Records
from tests.conformance.records import RecordsConformance
from tests.fakes.clock import FixedClock
from tests.fakes.records import MemoryRecords


class TestMemoryRecords(RecordsConformance):
    @pytest.fixture
    def records(self) -> Records:
        return MemoryRecords(FixedClock())
