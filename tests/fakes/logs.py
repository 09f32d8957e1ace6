"""Logs in dictionaries: those that were kept, and those that others put at an address."""

from remit.domain.errors import InvalidRequest, NotFound, Reason, Unavailable
from remit.domain.extraction import LARGEST_LOG, digest_of
from remit.log_ports import Logs

INCOMING = "s3://logs/incoming/"


class MemoryLogs(Logs):
    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self.put: dict[str, bytes] = {}
        self.gone = False

    def keep(self, domain: str, text: str) -> str:
        self._reach()
        self.kept[domain, digest_of(text)] = text
        return digest_of(text)

    def read(self, domain: str, digest: str) -> str:
        self._reach()
        if (domain, digest) not in self.kept:
            raise NotFound(f"log: nothing lies at {domain}/{digest}.")
        text = self.kept[domain, digest]
        if digest_of(text) != digest:
            raise Unavailable(f"What lies under {digest} is not what its name says: it was changed.")
        return text

    def fetch(self, address: str) -> str:
        self._reach()
        if not address.startswith(INCOMING):
            raise _unreadable(f"'{address}' is not where logs are put, which is {INCOMING}…")
        if address not in self.put:
            raise NotFound(f"log: nothing lies at {address}.")
        if len(self.put[address]) > LARGEST_LOG:
            raise _unreadable("is over 200 kB: hand it in in parts")
        try:
            return self.put[address].decode()
        except UnicodeDecodeError as error:
            raise _unreadable("is no text in UTF-8") from error

    def _reach(self) -> None:
        if self.gone:
            raise Unavailable("S3: SlowDown")


def _unreadable(why: str) -> InvalidRequest:
    return InvalidRequest(f"log: {why}", (Reason(policy="log", reason=why),))
