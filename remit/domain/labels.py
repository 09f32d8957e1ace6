"""What content carries: whose word it is, and who may read it. What is made of several carries the worst of each.

Labels only ratchet, as in a lattice of information flow (Denning, A Lattice Model of Secure Information Flow, 1976): what a run has taken
in can raise how confidential it is and lower how far it can be trusted, and nothing that a model says does the opposite.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum

from remit.domain.memory import Confidentiality, Integrity
from remit.domain.model import Json, JsonObject, Model

# In a charter's `source`: all that no other name there says.
EVERYTHING_ELSE = "*"
# From the best to the worst, as they are declared.
_DISTRUST = {integrity: place for place, integrity in enumerate(Integrity)}
_SECRECY = {confidentiality: place for place, confidentiality in enumerate(Confidentiality)}


class Labels(Model):
    integrity: Integrity
    confidentiality: Confidentiality

    @property
    def withheld(self) -> bool:
        """Whether it stays out of mail, of which nobody knows where it is kept and who reads it."""
        return self.confidentiality is Confidentiality.SECRET


class SourceSpec(Labels):
    """What a charter says that content carries; what it does not say is the company's own."""

    integrity: Integrity = Integrity.INTERNAL
    confidentiality: Confidentiality = Confidentiality.INTERNAL


COMPANYS = Labels(integrity=Integrity.INTERNAL, confidentiality=Confidentiality.INTERNAL)
UNKNOWN = Labels(integrity=Integrity.EXTERNAL, confidentiality=Confidentiality.SECRET)


class Side(StrEnum):
    """Where something goes: whether it leaves the company."""

    INTERNAL = "internal"
    EXTERNAL = "external"


class Content(Model):
    """Something that a run has taken in."""

    labels: Labels
    value: Json = None


class Destination(Model):
    """Where a payload goes. `vouched`: all of it is named by content that is not external, or none of the run's is."""

    side: Side
    vouched: bool


class Carried(Model):
    """What a payload carries when it is proposed: the working label of its run; with a destination, if it goes anywhere."""

    labels: Labels = COMPANYS
    destination: Destination | None = None


def joined(each: Iterable[Labels]) -> Labels:
    """The least trusted, and the most confidential; of nothing, the company's own."""
    all_of_them = tuple(each) or (COMPANYS,)
    return Labels(
        integrity=max((labels.integrity for labels in all_of_them), key=_DISTRUST.__getitem__),
        confidentiality=max((labels.confidentiality for labels in all_of_them), key=_SECRECY.__getitem__),
    )


def contents(result: JsonObject, source: Mapping[str, Labels]) -> tuple[Content, ...]:
    """A result in its parts: each field that `source` names, at whatever depth, and the rest together."""
    named: list[Content] = []
    rest = _without_named(result, source, named)
    return (*named, Content(labels=source.get(EVERYTHING_ELSE, COMPANYS), value=rest))


def carried(payload: JsonObject, destination: Mapping[str, Side], taken: Iterable[Content], known: Iterable[Json]) -> Carried:
    """What the payload carries in a run that has taken this in. `known` is what Remit itself has looked up for the decision."""
    taken = tuple(taken)
    labels = joined(content.labels for content in taken)
    if not destination:
        return Carried(labels=labels)
    side = Side.EXTERNAL if Side.EXTERNAL in destination.values() else Side.INTERNAL
    trusted = (*(content.value for content in taken if content.labels.integrity is not Integrity.EXTERNAL), *known)
    named = [value for field in destination for value in _texts(payload.get(field))]
    vouched = labels.integrity is not Integrity.EXTERNAL or all(any(mentions(text, value) for text in trusted) for value in named)
    return Carried(labels=labels, destination=Destination(side=side, vouched=vouched))


def mentions(content: Json, wanted: str) -> bool:
    """Whether the value stands in the content by itself: not as a part of a longer word, number or address."""
    alone = re.compile(rf"(?<![\w@.+-]){re.escape(wanted)}(?![\w@+-]|\.\w)")
    return any(alone.search(text) for text in _texts(content))


def _without_named(value: Json, source: Mapping[str, Labels], named: list[Content]) -> Json:
    if isinstance(value, list):
        return [_without_named(each, source, named) for each in value]
    if not isinstance(value, dict):
        return value
    named += (Content(labels=source[field], value=inside) for field, inside in value.items() if field in source)
    return {field: _without_named(inside, source, named) for field, inside in value.items() if field not in source}


def _texts(value: Json) -> Iterator[str]:
    """Every value in it that could name something."""
    if isinstance(value, dict | list):
        for inside in value.values() if isinstance(value, dict) else value:
            yield from _texts(inside)
    elif value is not None:
        yield str(value)
