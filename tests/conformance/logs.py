"""What every keeper of logs does."""

from abc import ABC, abstractmethod

import pytest

from remit.domain.errors import InvalidRequest, NotFound, Unavailable
from remit.log_ports import Logs

TEXT = "Grüße! Rule: use Carrier X for Zone B.\r\n"


class LogSuite(ABC):
    """`incoming` is where others may put logs."""

    incoming: str

    @abstractmethod
    def put(self, logs: Logs, address: str, content: bytes) -> None: ...

    @abstractmethod
    def change(self, logs: Logs, domain: str, digest: str) -> None: ...

    def test_what_was_kept_is_read_as_it_was(self, logs: Logs) -> None:
        assert logs.read("logistics", logs.keep("logistics", TEXT)) == TEXT

    def test_the_same_again_has_the_same_digest(self, logs: Logs) -> None:
        assert logs.keep("logistics", TEXT) == logs.keep("logistics", TEXT) != logs.keep("logistics", f"{TEXT} ")

    def test_a_domains_logs_are_its_own(self, logs: Logs) -> None:
        digest = logs.keep("logistics", TEXT)
        with pytest.raises(NotFound):
            logs.read("claims", digest)

    def test_what_was_changed_is_not_taken_for_what_its_digest_says(self, logs: Logs) -> None:
        digest = logs.keep("logistics", TEXT)
        self.change(logs, "logistics", digest)
        with pytest.raises(Unavailable, match="it was changed"):
            logs.read("logistics", digest)

    def test_what_others_put_there_is_fetched(self, logs: Logs) -> None:
        self.put(logs, f"{self.incoming}call-7.txt", TEXT.encode())
        assert logs.fetch(f"{self.incoming}call-7.txt") == TEXT

    def test_what_is_not_there_is_not_found(self, logs: Logs) -> None:
        with pytest.raises(NotFound, match="call-8"):
            logs.fetch(f"{self.incoming}call-8.txt")

    @pytest.mark.parametrize(
        "address", ["s3://elsewhere/incoming/call-7.txt", "kept/logistics/7.txt", "https://example.com/log.txt", "s3://"]
    )
    def test_nothing_is_fetched_from_elsewhere(self, logs: Logs, address: str) -> None:
        with pytest.raises(InvalidRequest, match="is not where logs are put"):
            logs.fetch(address)

    @pytest.mark.parametrize(("content", "why"), [(b"\xff\xfe\x00", "no text in UTF-8"), (b"x" * 200_001, "over 200 kB")])
    def test_what_cannot_be_read_as_a_log_is_refused(self, logs: Logs, content: bytes, why: str) -> None:
        self.put(logs, f"{self.incoming}call-7.txt", content)
        with pytest.raises(InvalidRequest, match=why):
            logs.fetch(f"{self.incoming}call-7.txt")
