"""Facts for Python callers: state them, read them, and read how they came to be. Raises what remit.client_errors has."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from remit.answers import Answer
from remit.client import Part, named


class About(NamedTuple):
    """What a fact is about."""

    namespace: str
    subject: str
    predicate: str


class Ref(Answer):
    id: str
    version: int


class Labels(Answer):
    integrity: str
    confidentiality: str


class Span(Answer):
    start: int
    end: int


class Source(Answer):
    log: str
    span: Span | None = None


class Fact(Answer):
    """One version of a fact; `value` is None where it retracts, and `held` says why no model and no policy is served what stands."""

    id: str
    version: int
    operation: str
    value: Any
    authority: str
    author: str
    labels: Labels
    valid_from: datetime
    valid_until: datetime | None = None
    recorded_at: datetime
    source: Source | None = None
    derived_from: tuple[Ref, ...] = ()
    held: str | None = None


class Version(Fact):
    """A fact with its place in the history: active, superseded or retracted."""

    status: str
    ended_at: datetime | None = None


class Versions(Answer):
    versions: tuple[Version, ...]


class Before(Ref):
    authority: str


class Claim(Answer):
    """What was said and does not stand; `against` is the version that it contradicts, `route` who is asked."""

    id: str
    fact: str
    kind: str
    operation: str
    value: Any
    authority: str
    author: str
    recorded_at: datetime
    against: int | None
    route: str
    source: Source | None = None


class Conflicts(Answer):
    conflicts: tuple[Claim, ...]


class Suggestions(Answer):
    suggestions: tuple[Claim, ...]


class Stated(Answer):
    """ADDED, UPDATED, RETRACTED or NOOP; CONFLICT or SUGGESTION is kept as a claim, and changes nothing."""

    result: str
    before: Before | None = None
    fact: Fact | None = None
    claim: Claim | None = None


class Context(Answer):
    """What an agent's model is shown; `text` is what it reads."""

    facts: tuple[Fact, ...]
    left_out: tuple[Ref, ...]
    text: str


class Heard(Answer):
    """A statement of a log, and what came of it; `why` where it was refused, waits, or is only recorded."""

    says: str | None
    result: str
    why: str = ""
    quote: str = ""
    span: Span | None = None
    fact: str | None = None
    value: Any = None
    version: int | None = None
    claim: str | None = None


class Extraction(Answer):
    """A log as far as it has been read; `log` is the digest of its text."""

    run: str
    domain: str
    log: str
    authority: str
    status: str
    outcome: str | None = None
    error: str | None = None
    message: str = ""
    statements: tuple[Heard, ...] = ()

    @property
    def ended(self) -> bool:
        return self.status != "RUNNING"

    @property
    def waits(self) -> bool:
        """Whether nothing goes on but what waits for a human."""
        open_ones = [each for each in self.statements if each.result in {"PROPOSED", "WAITING"}]
        return bool(open_ones) and all(each.result == "WAITING" for each in open_ones)


class FactClient(Part):
    def state(self, operation: str, about: About, **given: object) -> Stated:
        """ADD, UPDATE or DELETE. `given`: value, version, valid_from, valid_until, confidentiality, source, derived_from; as JSON."""
        fields = {name: field for name, field in given.items() if field is not None}
        return self._client.post(Stated, "/facts", {"operation": operation, **about._asdict(), **fields})

    def fact(self, about: About, as_of: datetime | None = None, valid_at: datetime | None = None) -> Fact:
        """What stands; or what was held at one moment of another."""
        return self._client.get(Fact, "/facts", about._asdict() | _moments(as_of=as_of, valid_at=valid_at))

    def history(self, about: About) -> Sequence[Version]:
        """All versions, oldest first."""
        return self._client.get(Versions, "/facts/history", about._asdict()).versions

    def context(self, agent: str, as_of: datetime | None = None) -> Context:
        """What the agent's model is shown now, or would have been shown then."""
        return self._client.get(Context, "/facts/context", {"agent": agent} | _moments(as_of=as_of))

    def extract(self, *, text: str | None = None, log: str | None = None, **given: str | None) -> Extraction:
        """Have a log read: its text, or the s3:// address where it lies. `given`: domain, authority, again."""
        fields = {name: field for name, field in {"text": text, "log": log, **given}.items() if field is not None}
        return self._client.post(Extraction, "/facts/extract", fields)

    def extraction(self, run: str) -> Extraction:
        """How far it has come."""
        return self._client.get(Extraction, named("facts", "extract", run), {})

    def conflicts(self, namespace: str) -> Sequence[Claim]:
        """The contradictions that wait for a human, oldest first."""
        return self._client.get(Conflicts, "/facts/conflicts", {"namespace": namespace}).conflicts

    def suggestions(self, namespace: str) -> Sequence[Claim]:
        """What was suggested and nobody has taken up, oldest first."""
        return self._client.get(Suggestions, "/facts/suggestions", {"namespace": namespace}).suggestions

    def adopt(self, namespace: str, claim: str) -> Stated:
        """State what was suggested, or claimed, as the caller's own word."""
        return self._client.post(Stated, "/facts/adopt", {"namespace": namespace, "claim": claim})


def _moments(**moments: datetime | None) -> dict[str, str]:
    return {name: moment.isoformat() for name, moment in moments.items() if moment is not None}
