"""What models were asked and answered, in a dictionary."""

from collections.abc import Sequence

from remit.domain.canonical import digest
from remit.domain.errors import Unavailable
from remit.domain.model import JsonObject
from remit.transcript_ports import Kept, Transcripts


class MemoryTranscripts(Transcripts):
    def __init__(self) -> None:
        self.kept: dict[str, list[JsonObject]] = {}
        self.full = False

    def keep(self, run: str, asked: Sequence[JsonObject], answered: Sequence[JsonObject]) -> Kept:
        if self.full:
            raise Unavailable("There is no more room.")
        return Kept(input=self._put(run, asked), output=self._put(run, answered))

    def read(self, name: str) -> list[JsonObject] | None:
        return self.kept.get(name)

    def redact(self, name: str) -> None:
        self.kept.pop(name, None)

    def _put(self, run: str, messages: Sequence[JsonObject]) -> str:
        name = f"{run}/{digest([*messages])}.json"
        self.kept[name] = [*messages]
        return name
