"""Logs and conversations as Remit needs them kept: by domain, under the digest of what they say, so that a span stays where it is."""

from abc import ABC, abstractmethod


class Logs(ABC):
    """Every method raises Unavailable when it cannot tell."""

    @abstractmethod
    def keep(self, domain: str, text: str) -> str:
        """Keep a log of this domain; returns its digest. The same again is harmless."""

    @abstractmethod
    def read(self, domain: str, digest: str) -> str:
        """What was kept. Raises NotFound, and Unavailable where what is there is not what its digest says."""

    @abstractmethod
    def fetch(self, address: str) -> str:
        """A log that somebody has put where logs may be put. Raises InvalidRequest for another address, one that is no text or too large,
        NotFound."""
