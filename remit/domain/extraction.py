"""From what a model takes a log to say to what may be proposed: each statement is found in the log word for word, or refused."""

import hashlib
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Annotated

from pydantic import ConfigDict, Field, ValidationError

from remit.domain.assertion import LONGEST_QUOTE, Assertion, Does, Says, Speaking, not_said, value_of
from remit.domain.cedar_type import CedarType
from remit.domain.charter import Charter
from remit.domain.errors import InvalidFact, InvalidRequest, Reason, Refusal, invalid_fact
from remit.domain.labels import mentions
from remit.domain.model import Json, JsonObject, Model
from remit.domain.payload import parse_payload
from remit.domain.statement import Span

LARGEST_LOG = 200_000
MOST_STATEMENTS = 50


class Heard(Model):
    """One statement of a log, as a model proposes it. A question has no value, and may be about nothing that is kept."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    says: Annotated[Says, Field(description="decision: it settles something. suggestion: an idea or proposal. question: it only asks.")]
    quote: Annotated[str, Field(min_length=1, max_length=LONGEST_QUOTE, description="The log's own words, exactly as they stand there")]
    occurrence: Annotated[int, Field(ge=1, description="Which one, if the log has these words several times; 1 is the first")] = 1
    does: Annotated[Does, Field(description="RETRACT: it takes something back, and puts nothing in its place")] = Does.STATE
    namespace: Annotated[str | None, Field(description="Where it is kept; as listed")] = None
    subject: Annotated[str | None, Field(description="What it is about, spelt as the list of predicates says")] = None
    predicate: Annotated[str | None, Field(description="What is said of the subject; as listed")] = None
    value: Annotated[str | None, Field(description="What it is; a text in the log's own words, or JSON for another type")] = None


class Standing(StrEnum):
    PROPOSED = "PROPOSED"
    RECORDED = "RECORDED"
    REFUSED = "REFUSED"


class Noted(Model):
    """What became of one statement before the gate: proposed in a `step`, recorded only, or refused. `quote` is the log's own, or what the
    model took for it."""

    says: Says | None
    standing: Standing
    quote: str = ""
    span: Span | None = None
    fact: str | None = None
    step: str | None = None
    error: str | None = None
    why: str = ""


class Reading(Model):
    """What was made of a log: a note on each statement, and the payloads to propose, by step."""

    noted: tuple[Noted, ...] = ()
    proposed: dict[str, JsonObject] = Field(default_factory=dict)


def digest_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def check_log(text: str) -> None:
    """Raises InvalidRequest for what cannot be read as a log."""
    try:
        size = len(text.encode())
    except UnicodeEncodeError as error:
        raise _unreadable("holds half of a surrogate pair, which is no text") from error
    if not text.strip():
        raise _unreadable("says nothing")
    if size > LARGEST_LOG:
        raise _unreadable(f"is over {LARGEST_LOG // 1_000} kB: hand it in in parts")


def read_statements(given: Json) -> tuple[tuple[Heard | Reason, ...], str]:
    """The statements of a model's answer, each as it should be or with what is wrong with it; and what is wrong with the answer as a whole,
    which is empty if nothing is."""
    statements = given.get("statements") if isinstance(given, dict) else None
    if not isinstance(statements, list):
        return (), "statements: is not a list"
    if len(statements) > MOST_STATEMENTS:
        return (), f"statements: are over {MOST_STATEMENTS}"
    return tuple(map(_heard, statements)), ""


def read_log(heard: Sequence[Heard | Reason], text: str, speaking: Speaking, charter: Charter, payload: type[Assertion]) -> Reading:
    """Of several decisions about one fact the log's last word counts: the others are overtaken within the log itself."""
    notes = [_note(each, text, speaking, charter, payload) for each in heard]
    last_words = {note.fact: place for place, note in _in_order(notes) if note.says is Says.DECISION}
    noted: list[Noted] = []
    proposed: dict[str, JsonObject] = {}
    for place, (note, made) in enumerate(notes):
        if made is None:
            noted.append(note)
        elif note.says is Says.DECISION and last_words[note.fact] != place:
            noted.append(note.model_copy(update={"standing": Standing.RECORDED, "why": "the log itself says something else further down"}))
        else:
            step = f"assert-{place + 1}"
            noted.append(note.model_copy(update={"step": step}))
            proposed[step] = made
    return Reading(noted=tuple(noted), proposed=proposed)


def find(heard: Heard, text: str) -> Span:
    """Where the quoted words stand. Raises NotSaid."""
    start = -1
    for _ in range(heard.occurrence):
        start = text.find(heard.quote, start + 1)
        if start < 0:
            raise not_said("quote", f"the log does not say “{_short(heard.quote)}”{_times(heard.occurrence)}")
    return Span(start=start, end=start + len(heard.quote))


def _heard(given: Json) -> Heard | Reason:
    try:
        return Heard.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        return Reason(policy=".".join(map(str, first["loc"])) or "statement", reason=first["msg"])


def _note(
    heard: Heard | Reason, text: str, speaking: Speaking, charter: Charter, payload: type[Assertion]
) -> tuple[Noted, JsonObject | None]:
    if isinstance(heard, Reason):
        return Noted(says=None, standing=Standing.REFUSED, error=InvalidFact.code, why=f"{heard.policy}: {heard.reason}"), None
    quoted = Noted(says=heard.says, standing=Standing.RECORDED, quote=heard.quote, fact=_fact(heard))
    try:
        span = find(heard, text)
        placed = quoted.model_copy(update={"span": span})
        if heard.says is Says.QUESTION:
            return placed, None
        made = _payload(heard, span, speaking, charter, payload)
    except Refusal as refused:
        return quoted.model_copy(update={"standing": Standing.REFUSED, "error": refused.code, "why": refused.message}), None
    return placed.model_copy(update={"standing": Standing.PROPOSED}), made


def _payload(heard: Heard, span: Span, speaking: Speaking, charter: Charter, payload: type[Assertion]) -> JsonObject:
    """Raises InvalidFact for what the charter has no word for, InvalidPayload for what is no payload, NotSaid for a made-up value."""
    spec = charter.predicates.get(heard.predicate or "")
    if spec is None or heard.namespace not in spec.namespaces:
        raise invalid_fact("predicate", f"'{heard.predicate}' is not declared for the namespace '{heard.namespace}'")
    _check_own_words(heard, spec.type)
    made: JsonObject = {
        "says": heard.says.value,
        "does": heard.does.value,
        **heard.model_dump(mode="json", include={"namespace", "subject", "predicate", "quote"}),
        **span.model_dump(),
        **speaking.model_dump(),
    }
    if heard.value is not None:
        made["value"] = heard.value
    parse_payload(payload, made)
    return made


def _check_own_words(heard: Heard, kind: CedarType) -> None:
    """A text is the log's, not the model's."""
    value = value_of(heard.value, kind)
    texts = [value] if isinstance(value, str) else value if isinstance(value, list) else []
    for text in texts:
        if isinstance(text, str) and not mentions(heard.quote, text):
            raise not_said("value", f"“{_short(text)}” is not in the words that are quoted for it")


def _in_order(notes: Sequence[tuple[Noted, JsonObject | None]]) -> Iterator[tuple[int, Noted]]:
    """What can be proposed, by where it stands in the log."""
    placed = [(note.span.start, place, note) for place, (note, made) in enumerate(notes) if made is not None and note.span is not None]
    return ((place, note) for _, place, note in sorted(placed, key=lambda each: each[:2]))


def _fact(heard: Heard) -> str | None:
    named = (heard.namespace, heard.subject, heard.predicate)
    return f"{heard.namespace}:{heard.subject}/{heard.predicate}" if all(named) else None


def _times(occurrence: int) -> str:
    return "" if occurrence == 1 else f" {occurrence} times"


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_QUOTE // 10 else f"{text[: LONGEST_QUOTE // 10]}…"


def _unreadable(why: str) -> InvalidRequest:
    return InvalidRequest(f"log: {why}", (Reason(policy="log", reason=why),))
