import pytest

from remit.evidence_ports import Archive
from tests.conformance.archive import ArchiveConformance
from tests.fakes.archive import MemoryArchive
from tests.fakes.clock import FixedClock


class TestMemoryArchive(ArchiveConformance):
    @pytest.fixture
    def archive(self) -> Archive:
        return MemoryArchive(FixedClock())
