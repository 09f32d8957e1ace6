import pytest

from remit.log_ports import Logs
from tests.conformance.logs import LogSuite
from tests.fakes.logs import INCOMING, MemoryLogs


class TestInMemory(LogSuite):
    incoming = INCOMING

    @pytest.fixture
    def logs(self) -> MemoryLogs:
        return MemoryLogs()

    def put(self, logs: Logs, address: str, content: bytes) -> None:
        assert isinstance(logs, MemoryLogs)
        logs.put[address] = content

    def change(self, logs: Logs, domain: str, digest: str) -> None:
        assert isinstance(logs, MemoryLogs)
        logs.kept[domain, digest] = "Something else."
