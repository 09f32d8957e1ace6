"""What somebody said, once: statements are kept for ever, and a fact is a statement that stands.

A key has one statement that stands, or none. Each change is a new statement with the next version; none is ever altered, so that a
statement's status is its place among the versions. A claim is a statement that does not stand: it contradicts a higher authority, or it was
only a suggestion.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, Field

from remit.domain.canonical import digest
from remit.domain.fact_key import FactKey, FactRef
from remit.domain.labels import Labels
from remit.domain.model import Json, Model


class OperationKind(StrEnum):
    ADD = "ADD"
    UPDATE = "UPDATE"
    DELETE = "DELETE"


class Status(StrEnum):
    ACTIVE = "active"
    SUPERSEDED = "superseded"
    RETRACTED = "retracted"


class Span(Model):
    """Characters of a log: from `start` up to, not including, `end`."""

    start: Annotated[int, Field(ge=0)]
    end: Annotated[int, Field(gt=0)]


class Source(Model):
    """Where it was said."""

    log: Annotated[str, Field(min_length=1, max_length=500)]
    span: Span | None = None


class Statement(Model):
    """One version of a key. `value` is None where it retracts; valid from one moment up to, not including, another. `action` is the key of
    the governed action that stated it, or None where somebody did that themselves."""

    key: FactKey
    version: Annotated[int, Field(ge=1)]
    operation: OperationKind
    value: Json
    authority: str
    author: str
    labels: Labels
    valid_from: AwareDatetime
    valid_until: AwareDatetime | None = None
    recorded_at: AwareDatetime
    source: Source | None = None
    derived_from: tuple[FactRef, ...] = ()
    action: str | None = None

    @property
    def ref(self) -> FactRef:
        return FactRef(id=self.key.id, version=self.version)

    @property
    def retracts(self) -> bool:
        return self.operation is OperationKind.DELETE

    def lapsed_at(self, moment: datetime) -> bool:
        """Whether it had an end, and that is past."""
        return self.valid_until is not None and moment >= self.valid_until


class Standing(Model):
    """A statement with its place among its key's versions; `ended_at` is when the next one was recorded."""

    statement: Statement
    status: Status
    ended_at: AwareDatetime | None = None


class ClaimKind(StrEnum):
    CONFLICT = "conflict"
    SUGGESTION = "suggestion"


class Claim(Model):
    """What was said and does not stand; `against` is the version that stood, `route` who is asked."""

    kind: ClaimKind
    key: FactKey
    operation: OperationKind
    value: Json
    authority: str
    author: str
    labels: Labels
    recorded_at: AwareDatetime
    against: int | None
    route: str
    source: Source | None = None
    action: str | None = None

    @property
    def id(self) -> str:
        """The same for the same claim, whenever and wherever it is made again while the same version stands."""
        said = [self.kind, self.key.id, self.operation, self.value, self.authority, self.author, self.against]
        return digest([*said])[:40]


class CitedBy(StrEnum):
    APPROVAL = "approval"
    RUN = "run"
    FACT = "fact"


class Citation(Model):
    """Something that rests on a fact: an approval that waits, a run that is open, or a fact derived from it, by its id."""

    fact: FactRef
    kind: CitedBy
    by: str


class Hold(Model):
    """A derived fact that is served to nobody until it is stated again: `because` no longer stands; `now` is what does, if anything."""

    fact: FactRef
    because: FactRef
    now: int | None = None

    @property
    def why(self) -> str:
        was, now = self.because, f"version {self.now} stands" if self.now else "nothing stands"
        return f"{self.fact.id} v{self.fact.version} is held: it was derived from {was.id} v{was.version}, in whose place {now}"


def standings(versions: Sequence[Statement]) -> tuple[Standing, ...]:
    """A key's versions in order, each with its status."""
    following = [*versions[1:], None]
    return tuple(_standing(statement, after) for statement, after in zip(versions, following, strict=False))


def held(versions: Sequence[Statement], known_at: datetime, valid_at: datetime) -> Statement | None:
    """What was held at one moment about another: of a key's versions known then, the newest that had begun to be valid governs.

    The two times are those of bitemporal tables (Snodgrass, Developing Time-Oriented Database Applications in SQL, 1999).
    """
    known = (each for each in reversed(versions) if each.recorded_at <= known_at)
    governs = next((each for each in known if each.valid_from <= valid_at), None)
    return None if governs is None or governs.retracts or governs.lapsed_at(valid_at) else governs


def _standing(statement: Statement, after: Statement | None) -> Standing:
    return Standing(statement=statement, status=_status(statement, after), ended_at=None if after is None else after.recorded_at)


def _status(statement: Statement, after: Statement | None) -> Status:
    """A retraction counts as retracted, like the one it retracts."""
    if statement.retracts or (after is not None and after.retracts):
        return Status.RETRACTED
    return Status.ACTIVE if after is None else Status.SUPERSEDED
