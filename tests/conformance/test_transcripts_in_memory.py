import pytest

from remit.transcript_ports import Transcripts
from tests.conformance.transcripts import TranscriptSuite
from tests.fakes.transcripts import MemoryTranscripts


class TestInMemory(TranscriptSuite):
    @pytest.fixture
    def transcripts(self) -> Transcripts:
        return MemoryTranscripts()
