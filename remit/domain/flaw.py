"""What is wrong with a record of runs, and with which entry of it."""

from enum import StrEnum

from remit.domain.model import Model


class Wrong(StrEnum):
    CHANGED = "CHANGED"
    DROPPED = "DROPPED"
    REORDERED = "REORDERED"
    INSERTED = "INSERTED"
    REWRITTEN = "REWRITTEN"
    UNSEALED = "UNSEALED"
    INCOMPLETE = "INCOMPLETE"
    SEAL = "SEAL"


class Flaw(Model):
    """Entries `first` to `last` of `run` are concerned, or a `seal`. `line` is where in the export it shows, counted from 1."""

    wrong: Wrong
    run: str | None = None
    seal: int | None = None
    first: int | None = None
    last: int | None = None
    line: int | None = None
    why: str

    def __str__(self) -> str:
        return f"{self._where()}: {self.wrong}: {self.why}"

    def _where(self) -> str:
        entries = f"entry {self.first}" if self.first == self.last else f"entries {self.first}-{self.last}"
        what = f"seal {self.seal}" if self.run is None else f"{self.run} {entries}"
        return what if self.line is None else f"{what} (line {self.line})"
