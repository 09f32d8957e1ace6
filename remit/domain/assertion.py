"""One thing that a log says, as a payload that passes the gate: what it is about, its own words, where they stand, and whose they are.

The authority is the speaker's as the API verified them. Neither the log nor the model that read it has a say in that.
"""

import json
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from remit.domain.cedar_type import CedarType
from remit.domain.errors import Denied, NotSaid, Reason
from remit.domain.fact_key import FactKey, Namespace, PredicateName, Subject
from remit.domain.identifiers import Name
from remit.domain.model import Json, JsonObject, Model
from remit.domain.payload import Payload
from remit.domain.statement import Source, Span

# Characters of a log, and of what it gives as a value.
LONGEST_QUOTE = 1_000
LONGEST_VALUE = 1_000
LogDigest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", description="The SHA-256 of the log's text in UTF-8")]


class Says(StrEnum):
    """How something is said. A suggestion is kept and is no fact; a question changes nothing."""

    DECISION = "decision"
    SUGGESTION = "suggestion"
    QUESTION = "question"


class Does(StrEnum):
    """Whether what is said adds or supersedes is not the log's to say, nor a model's: the key decides."""

    STATE = "STATE"
    RETRACT = "RETRACT"


class Speaking(Model):
    """A log that was handed in, and by whom with which authority, as the run was opened with it."""

    log: LogDigest
    speaker: Annotated[str, Field(min_length=1, max_length=2_048)]
    authority: Name


class Assertion(Payload):
    """The base of a domain's payload for `facts.assert`. `start` and `end` count characters of the log, from `start` up to, not
    including, `end`; `value` is a text as the log has it, or JSON where the predicate's type is no text."""

    says: Literal["decision", "suggestion"]
    does: Literal["STATE", "RETRACT"]
    namespace: Namespace
    subject: Subject
    predicate: PredicateName
    value: Annotated[str | None, Field(max_length=LONGEST_VALUE)] = None
    quote: Annotated[str, Field(min_length=1, max_length=LONGEST_QUOTE)]
    start: Annotated[int, Field(ge=0)]
    end: Annotated[int, Field(gt=0)]
    log: LogDigest
    speaker: Annotated[str, Field(min_length=1, max_length=2_048)]
    authority: Name

    @model_validator(mode="after")
    def _states_something_or_retracts(self) -> Self:
        if self.retracts != (self.value is None):
            raise PydanticCustomError("value", "what is stated has a value, and what is retracted has none")
        return self

    @property
    def suggests(self) -> bool:
        return Says(self.says) is Says.SUGGESTION

    @property
    def retracts(self) -> bool:
        return Does(self.does) is Does.RETRACT

    @property
    def key(self) -> FactKey:
        return FactKey(namespace=self.namespace, subject=self.subject, predicate=self.predicate)

    @property
    def source(self) -> Source:
        return Source(log=self.log, span=Span(start=self.start, end=self.end))

    def check_said(self, text: str) -> None:
        """Raises NotSaid unless the log has the quoted words at that place."""
        if text[self.start : self.end] != self.quote:
            raise not_said("quote", f"the log does not say “{self.quote}” at {self.start}:{self.end}")


def check_authority(payload: JsonObject, opening: Json, domain: str) -> None:
    """Raises Denied unless it is about the log that the run was opened with, by whoever handed that in and with their authority."""
    told: JsonObject = opening if isinstance(opening, dict) else {}
    for field in Speaking.model_fields:
        if told.get(field) is None or payload.get(field) != told[field]:
            why = f"{field}: this run of {domain} was not opened with that; whose authority a log has is the API's to say."
            raise Denied(why, (Reason(policy=f"assert.{field}", reason=why),))


def resource_of(payload: JsonObject) -> str:
    """The fact as Cedar's resource; empty if the payload does not say."""
    namespace, subject, predicate = (payload.get(field) for field in ("namespace", "subject", "predicate"))
    return f"{namespace}:{subject}/{predicate}" if namespace and subject and predicate else ""


def value_of(text: str | None, kind: CedarType) -> Json:
    """What a text of a log is as a value of this type: itself, or what it is in JSON; itself too where it is no JSON."""
    if text is None or kind is CedarType.STRING:
        return text
    try:
        value: Json = json.loads(text)
    except ValueError:
        return text
    return value


def not_said(field: str, why: str) -> NotSaid:
    return NotSaid(f"{field}: {why}", (Reason(policy=field, reason=why),))
