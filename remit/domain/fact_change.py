"""How a fact changed while something rested on it."""

from collections.abc import Iterable

from remit.domain.decision import FactUsed
from remit.domain.fact_key import key_of
from remit.domain.model import JsonObject, Model


class FactChange(Model):
    """A fact that a question rests on, as it was when it was asked and as it is now; None where nothing stands any more. Each has its
    `version` and the attributes that policies look at."""

    id: str
    was: JsonObject
    now: JsonObject | None


def changes_since(asked: Iterable[FactUsed], now: Iterable[FactUsed]) -> tuple[FactChange, ...]:
    """What of memory is at another version now."""
    current = {fact.id: fact for fact in now}
    return tuple(
        FactChange(id=fact.id, was=shown(fact), now=shown(current[fact.id]))
        for fact in asked
        if key_of(fact.id) is not None and fact.id in current and current[fact.id].version != fact.version
    )


def shown(fact: FactUsed) -> JsonObject:
    """A side of a FactChange."""
    return {"version": fact.version, **fact.attributes}


def joined(*changes: FactChange) -> tuple[FactChange, ...]:
    """One for each fact, from the first to the last."""
    joined: dict[str, FactChange] = {}
    for change in changes:
        joined[change.id] = change.model_copy(update={"was": joined[change.id].was}) if change.id in joined else change
    return tuple(joined.values())
