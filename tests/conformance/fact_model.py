"""Memory as a few lists: what the store has to agree with, whatever is done to it in whatever order."""

from dataclasses import dataclass, field
from datetime import datetime

from remit.domain.model import Json

RANKS = {"system-of-record": 0, "owner": 1, "agent": 2, "speaker": 3, "suggestion": 4}


@dataclass(frozen=True)
class Said:
    """One version. `value` is None where it retracts."""

    value: Json
    authority: str
    recorded: datetime
    begins: datetime
    ends: datetime | None


@dataclass(frozen=True)
class Wish:
    """What somebody wants to change: ADD, UPDATE or DELETE."""

    kind: str
    key: str
    value: Json
    authority: str
    version: int | None = None
    begins: datetime | None = None
    ends: datetime | None = None


@dataclass
class Memory:
    said: dict[str, list[Said]] = field(default_factory=dict)
    claims: set[tuple[str, str, str, Json, str, int | None]] = field(default_factory=set)

    def top(self, key: str) -> Said | None:
        return self.said[key][-1] if self.said.get(key) else None

    def stands(self, key: str) -> Said | None:
        top = self.top(key)
        return None if top is None or top.value is None else top

    def count(self, key: str) -> int:
        return len(self.said.get(key, []))

    def do(self, wish: Wish, now: datetime) -> str:
        """What comes of it, in the store's words, or the name of the error."""
        came_of_it = self._outcome(wish)
        if came_of_it in {"ADDED", "UPDATED", "RETRACTED"}:
            self.said.setdefault(wish.key, []).append(Said(wish.value, wish.authority, now, wish.begins or now, wish.ends))
        if came_of_it in {"CONFLICT", "SUGGESTION"}:
            against = self.count(wish.key) if self.stands(wish.key) else None
            self.claims.add((came_of_it.lower(), wish.key, wish.kind, wish.value, wish.authority, against))
        return came_of_it

    def held(self, key: str, known: datetime, valid: datetime) -> Said | None:
        begun = [said for said in self.said.get(key, []) if said.recorded <= known and said.begins <= valid]
        if not begun or begun[-1].value is None or (begun[-1].ends is not None and begun[-1].ends <= valid):
            return None
        return begun[-1]

    def status(self, key: str, version: int) -> str:
        """Of the version counted from 1."""
        said = self.said[key]
        if said[version - 1].value is None or (version < len(said) and said[version].value is None):
            return "retracted"
        return "active" if version == len(said) else "superseded"

    def _outcome(self, wish: Wish) -> str:
        stands = self.stands(wish.key)
        if wish.authority == "suggestion":
            return "SUGGESTION"
        if wish.version not in {None, self.count(wish.key)}:
            return "VersionConflict"
        if self._adds_nothing(wish):
            return "NOOP"
        if (wish.kind == "ADD") == (stands is not None):
            return "VersionConflict" if stands else "NotFound"
        outranked = stands is not None and RANKS[wish.authority] > RANKS[stands.authority]
        return "CONFLICT" if outranked else {"ADD": "ADDED", "UPDATE": "UPDATED", "DELETE": "RETRACTED"}[wish.kind]

    def _adds_nothing(self, wish: Wish) -> bool:
        top = self.top(wish.key)
        if top is None or wish.value is None or top.value is None:
            return top is not None and top.value is None and wish.value is None
        same_times = wish.begins in {None, top.begins} and wish.ends in {None, top.ends}
        return wish.value == top.value and same_times and RANKS[wish.authority] >= RANKS[top.authority]
