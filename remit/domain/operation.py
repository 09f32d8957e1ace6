"""From what stands and what is asked for to what is recorded. Keys decide what a statement is about; no model judges it."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, Field

from remit.domain.canonical import canonical
from remit.domain.cedar_type import can_hold
from remit.domain.charter import Charter
from remit.domain.errors import NoAuthority, NotFound, Reason, VersionConflict, invalid_fact
from remit.domain.fact_key import FactKey, FactRef
from remit.domain.labels import Labels
from remit.domain.memory import AuthoritySpec, Confidentiality, Integrity, PredicateSpec
from remit.domain.model import Json, Model
from remit.domain.statement import Claim, ClaimKind, OperationKind, Source, Statement

MOST_BYTES = 256 * 1024
MOST_SOURCES = 20
# How far the clock of a caller may be ahead of ours.
_SKEW = timedelta(seconds=5)


class Stating(Model):
    """What is said of a key. `version`: what the caller takes for current; without one, whatever stands now is meant."""

    value: Json = None
    version: Annotated[int | None, Field(ge=0)] = None
    valid_from: AwareDatetime | None = None
    valid_until: AwareDatetime | None = None
    confidentiality: Confidentiality | None = None
    source: Source | None = None
    derived_from: Annotated[tuple[FactRef, ...], Field(max_length=MOST_SOURCES)] = ()


class Operation(Stating):
    """A change that somebody proposes. What is `suggested` is kept and stands never; `action` is the key of the governed action that
    proposes it, if one does."""

    kind: OperationKind
    key: FactKey
    suggested: bool = False
    action: str | None = None


class Author(Model):
    """Who speaks, and with which authority: both as they were verified, never as the statement claims."""

    name: Annotated[str, Field(min_length=1)]
    authority: str


class Result(StrEnum):
    ADDED = "ADDED"
    UPDATED = "UPDATED"
    RETRACTED = "RETRACTED"
    NOOP = "NOOP"
    CONFLICT = "CONFLICT"
    SUGGESTION = "SUGGESTION"


class Settlement(Model):
    """What comes of an operation: a new version in `statement`, a `claim`, or neither where nothing is new. `before` is what stood."""

    result: Result
    before: Statement | None = None
    statement: Statement | None = None
    claim: Claim | None = None


class Known(Model):
    """What the store says of an operation's key: its newest version, a retraction too, whether that is held, and the newest of each key
    in `derived_from` unless that is held."""

    latest: Statement | None = None
    held: bool = False
    sources: tuple[Statement | None, ...] = ()

    @property
    def stands(self) -> Statement | None:
        return None if self.latest is None or self.latest.retracts else self.latest


def settle(operation: Operation, author: Author, known: Known, charter: Charter, now: datetime) -> Settlement:
    """What is to be recorded. Raises InvalidFact, NoAuthority, NotFound or VersionConflict; each names the field."""
    authority = _authority(author, charter)
    check_operation(operation, charter, now)
    _check_sources(operation, known)
    before, said = known.stands, _statement(operation, author, known.latest, _labels(operation, authority, known, charter), now)
    if operation.suggested or not authority.asserts:
        return Settlement(result=Result.SUGGESTION, before=before, claim=_claim(ClaimKind.SUGGESTION, said, before, charter))
    _check_version(operation, known.latest)
    if not known.held and _says_nothing_new(operation, said, known.latest, charter):
        return Settlement(result=Result.NOOP, before=before)
    _check_existence(operation, known)
    if before is not None and rank(author.authority, charter) > rank(before.authority, charter):
        return Settlement(result=Result.CONFLICT, before=before, claim=_claim(ClaimKind.CONFLICT, said, before, charter))
    return Settlement(result=_RESULTS[operation.kind], before=before, statement=said)


def rank(authority: str, charter: Charter) -> int:
    """0 is the highest. What was said under an authority that the charter no longer names gives way to none: a human has to look."""
    names = [each.name for each in charter.authorities]
    return names.index(authority) if authority in names else -1


_RESULTS = {OperationKind.ADD: Result.ADDED, OperationKind.UPDATE: Result.UPDATED, OperationKind.DELETE: Result.RETRACTED}


def _authority(author: Author, charter: Charter) -> AuthoritySpec:
    found = next((each for each in charter.authorities if each.name == author.authority), None)
    if found is None:
        why = f"'{author.authority}' is no authority of the charter {charter.domain}"
        raise NoAuthority(f"authority: {why}", (Reason(policy="authority", reason=why),))
    return found


def check_operation(operation: Operation, charter: Charter, now: datetime) -> None:
    """What can be said of it without a look at what stands. Raises InvalidFact, which names the field."""
    key = operation.key
    spec = charter.predicates.get(key.predicate)
    if key.namespace not in charter.namespaces:
        raise invalid_fact("namespace", f"the charter {charter.domain} has no namespace '{key.namespace}'")
    if spec is None or key.namespace not in spec.namespaces:
        raise invalid_fact("predicate", f"'{key.predicate}' is not declared for the namespace '{key.namespace}'")
    if operation.kind is OperationKind.DELETE:
        if operation.value is not None:
            raise invalid_fact("value", "a retraction has no value")
    else:
        _check_value(operation.value, spec)
    _check_times(operation, now)


def _check_value(value: Json, spec: PredicateSpec) -> None:
    if not can_hold(spec.type, value):
        raise invalid_fact("value", f"is not a {spec.type}")
    try:
        size = len(canonical(value))
    except UnicodeEncodeError as error:
        raise invalid_fact("value", "is not Unicode text") from error
    if size > MOST_BYTES:
        raise invalid_fact("value", f"is over {MOST_BYTES // 1024} KB")


def _check_times(operation: Operation, now: datetime) -> None:
    begins, ends = operation.valid_from or now, operation.valid_until
    if begins > now + _SKEW:
        raise invalid_fact("valid_from", "is in the future: a fact is recorded once it holds")
    if ends is not None and ends <= begins:
        raise invalid_fact("valid_until", "is not after the fact begins to hold")


def _check_sources(operation: Operation, known: Known) -> None:
    cited = [ref.id for ref in operation.derived_from]
    for place, (ref, source) in enumerate(zip(operation.derived_from, known.sources, strict=True)):
        if ref.id == operation.key.id or ref.id in cited[:place]:
            raise invalid_fact(f"derived_from.{place}", f"{ref.id} is the fact itself, or there twice")
        if source is None or source.retracts or source.ref != ref:
            raise invalid_fact(f"derived_from.{place}", f"{ref.id} does not stand at version {ref.version}, or is held")


def _check_version(operation: Operation, latest: Statement | None) -> None:
    current = 0 if latest is None else latest.version
    if operation.version is not None and operation.version != current:
        raise VersionConflict("version", current, f"the current version of {operation.key.id} is {current}, not {operation.version}")


def _check_existence(operation: Operation, known: Known) -> None:
    key, stands = operation.key, known.stands
    if operation.kind is OperationKind.ADD and stands is not None:
        raise VersionConflict("key", stands.version, f"{key.id} stands already, at version {stands.version}: update it")
    if operation.kind is not OperationKind.ADD and stands is None:
        was = "was retracted" if known.latest else "has never been stated"
        raise NotFound(f"key: {key.id} {was}: add it", (Reason(policy="key", reason=was),))


def _says_nothing_new(operation: Operation, said: Statement, latest: Statement | None, charter: Charter) -> bool:
    """The same again, with no higher authority than before, or a retraction of what is retracted."""
    if latest is None or said.retracts or latest.retracts:
        return latest is not None and said.retracts and latest.retracts
    asked = (operation.valid_from, operation.valid_until, operation.confidentiality, operation.derived_from or None)
    holds = (latest.valid_from, latest.valid_until, latest.labels.confidentiality, latest.derived_from)
    nothing_else = all(want in {None, has} for want, has in zip(asked, holds, strict=True))
    return nothing_else and _same(said.value, latest.value) and rank(said.authority, charter) >= rank(latest.authority, charter)


def _same(one: Json, other: Json) -> bool:
    """A set is the same in any order."""
    if isinstance(one, list) and isinstance(other, list):
        return set(map(str, one)) == set(map(str, other))
    return one == other


def _labels(operation: Operation, authority: AuthoritySpec, known: Known, charter: Charter) -> Labels:
    """What is derived is as secret as its most secret source and as trusted as its least trusted. No secret is told by omission."""
    from_sources = [source.labels for source in known.sources if source is not None]
    least = charter.predicates[operation.key.predicate].confidentiality
    was = least if known.latest is None else known.latest.labels.confidentiality
    asked = operation.confidentiality or was
    return Labels(
        integrity=max([authority.integrity, *(each.integrity for each in from_sources)], key=list(Integrity).index),
        confidentiality=max([least, asked, *(each.confidentiality for each in from_sources)], key=list(Confidentiality).index),
    )


def _statement(operation: Operation, author: Author, latest: Statement | None, labels: Labels, now: datetime) -> Statement:
    # A key's versions are in order of time, whatever the clocks of two writers say.
    recorded_at = now if latest is None else max(now, latest.recorded_at)
    return Statement(
        key=operation.key,
        version=1 if latest is None else latest.version + 1,
        operation=operation.kind,
        value=operation.value,
        authority=author.authority,
        author=author.name,
        labels=labels,
        valid_from=min(operation.valid_from or recorded_at, recorded_at),
        valid_until=operation.valid_until,
        recorded_at=recorded_at,
        source=operation.source,
        derived_from=operation.derived_from,
        action=operation.action,
    )


def _claim(kind: ClaimKind, said: Statement, before: Statement | None, charter: Charter) -> Claim:
    fields = {"key", "operation", "value", "authority", "author", "labels", "recorded_at", "source", "action"}
    return Claim(
        kind=kind,
        against=None if before is None else before.version,
        route=charter.predicates[said.key.predicate].route,
        **{name: getattr(said, name) for name in fields},
    )
