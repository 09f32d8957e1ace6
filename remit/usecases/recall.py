"""Read memory: for a model, what stands in its namespaces; for people, also what was held before, and what is disputed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from remit.domain.errors import NotFound, Reason, invalid_fact
from remit.domain.fact_key import FactKey
from remit.domain.memory import Confidentiality, MemorySpec
from remit.domain.recall import Recollection, readable, recollect, suggested, unsettled
from remit.domain.statement import Claim, Standing, Statement, held, standings
from remit.fact_ports import FactStore
from remit.ports import Clock


def recall(namespaces: Sequence[str], memory: MemorySpec, store: FactStore, clock: Clock) -> Recollection:
    """What a model is shown now; one query for each namespace. Raises Unavailable."""
    standing = [statement for namespace in namespaces for statement in store.standing(namespace)]
    return recollect(standing, memory, clock.now())


def recall_as_of(moment: datetime, namespaces: Sequence[str], memory: MemorySpec, store: FactStore, clock: Clock) -> Recollection:
    """What a model would have been shown then; costs by all that was ever said. Raises InvalidFact for a moment yet to come."""
    _check_past("as_of", moment, clock)
    return recollect([each for namespace in namespaces for each in _held_in(namespace, moment, store)], memory, moment)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Somebody who reads, and up to which label."""

    clearance: Confidentiality
    store: FactStore
    clock: Clock


def fact_now(key: FactKey, reader: Reader) -> Statement:
    """What stands. Raises NotFound."""
    latest = reader.store.latest(key)
    if latest is None or latest.retracts or latest.lapsed_at(reader.clock.now()):
        raise _nothing(key, "now")
    return _shown(latest, reader, "now")


def fact_as_of(key: FactKey, known_at: datetime, valid_at: datetime | None, reader: Reader) -> Statement:
    """What was held at `known_at` of the moment `valid_at` (None: of that same moment). Raises NotFound, and InvalidFact for a
    `known_at` yet to come."""
    _check_past("as_of", known_at, reader.clock)
    statement, when = held(reader.store.versions(key), known_at, valid_at or known_at), f"as of {known_at.isoformat()}"
    if statement is None:
        raise _nothing(key, when)
    return _shown(statement, reader, when)


def history(key: FactKey, reader: Reader) -> tuple[Standing, ...]:
    """All that was said of the key, in order, as far as it may be seen. Raises NotFound where that is nothing."""
    seen = tuple(each for each in standings(reader.store.versions(key)) if readable([each.statement], reader.clearance))
    if not seen:
        raise _nothing(key, "at any time")
    return seen


def conflicts(namespace: str, reader: Reader) -> tuple[Claim, ...]:
    """The conflicts that wait for a human, oldest first."""
    return unsettled(reader.store.claims(namespace), reader.store.standing(namespace), reader.clearance)


def suggestions(namespace: str, reader: Reader) -> tuple[Claim, ...]:
    """What was only suggested, and nobody has taken up, oldest first."""
    return suggested(reader.store.claims(namespace), reader.store.standing(namespace), reader.clearance)


def why_held(key: FactKey, reader: Reader) -> str | None:
    """Why what stands is served to no model and no policy, if it is held."""
    hold = reader.store.hold(key)
    return None if hold is None else hold.why


def _held_in(namespace: str, moment: datetime, store: FactStore) -> list[Statement]:
    by_key = groupby(store.history(namespace), key=lambda statement: statement.key.id)
    found = (held(tuple(versions), moment, moment) for _, versions in by_key)
    return [statement for statement in found if statement is not None]


def _shown(statement: Statement, reader: Reader, when: str) -> Statement:
    """What may not be seen is not there."""
    if not readable([statement], reader.clearance):
        raise _nothing(statement.key, when)
    return statement


def _check_past(field: str, moment: datetime, clock: Clock) -> None:
    if moment > clock.now():
        raise invalid_fact(field, "is in the future: nobody knows yet what will be known then")


def _nothing(key: FactKey, when: str) -> NotFound:
    why = f"nothing is held of {key.id} {when}"
    return NotFound(f"key: {why}", (Reason(policy="key", reason=why),))
