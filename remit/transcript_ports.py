"""What models were asked and answered, word for word, as Remit needs it kept outside of the ledger: it can be redacted there, and the
digest in the ledger still says what it was."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

from remit.domain.model import JsonObject, Model


class Kept(Model):
    """Where the input and the output of one model call lie; each name ends in the SHA-256 of what is there."""

    input: str
    output: str


class Transcripts(ABC):
    """By run. Every method raises Unavailable when it cannot tell."""

    @abstractmethod
    def keep(self, run: str, asked: Sequence[JsonObject], answered: Sequence[JsonObject]) -> Kept:
        """Keep the messages of one call; the same again is harmless."""

    @abstractmethod
    def read(self, name: str) -> list[JsonObject] | None:
        """None for what was redacted, or never kept. Raises Unavailable also where what is there is not what its name says."""

    @abstractmethod
    def redact(self, name: str) -> None:
        """Nobody reads it again; what was redacted before stays so."""


class Unkept(Transcripts):
    """Where nothing is kept."""

    def keep(self, run: str, asked: Sequence[JsonObject], answered: Sequence[JsonObject]) -> Kept:
        return Kept(input="", output="")

    def read(self, name: str) -> list[JsonObject] | None:
        return None

    def redact(self, name: str) -> None:
        """There is nothing."""
