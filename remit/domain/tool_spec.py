"""A tool as its charter describes it: what it does, how far it reaches, what it needs, and how its outcome is seen and undone."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from remit.domain.assertion import resource_of as asserted
from remit.domain.budget import Spending
from remit.domain.compensation import Compensation
from remit.domain.identifiers import Name
from remit.domain.labels import Side, SourceSpec
from remit.domain.message import MessageSpec
from remit.domain.model import JsonObject, Model
from remit.domain.permission import Permission, ReadPermission
from remit.domain.precondition import Requirement

# The one tool by which what a log says becomes a fact.
FACTS_ASSERT = "facts.assert"


class Effect(StrEnum):
    READ = "read"
    WRITE = "write"
    IRREVERSIBLE = "irreversible"


class Reach(StrEnum):
    RECORD = "record"
    ACCOUNT = "account"
    SYSTEM = "system"

    def within(self, widest: "Reach") -> bool:
        """Whether this reaches no further."""
        return [*Reach].index(self) <= [*Reach].index(widest)


class ResourceSpec(Model):
    """The business record a tool acts on: its Cedar entity type, the payload field that names it, and the fact's attribute that has the
    address of its owner, if it is somebody's own."""

    type: Annotated[str, Field(pattern=r"^[A-Z][A-Za-z0-9]*$")]
    field: str
    owner: Annotated[str | None, Field(pattern=r"^[a-z][a-z0-9-]*\.[a-z][a-z0-9_]*$", description="<fact>.<attribute>")] = None


class ToolSpec(Model):
    """`asks` finishes the sentence "The agent wants to …" for whoever is asked; {field} stands for a field of the payload."""

    description: str
    asks: str | None = None
    effect: Effect
    reach: Reach
    payload: Annotated[str, Field(pattern=r"^[A-Z][A-Za-z0-9]*$", description="A class of tools/<domain>/payloads.py")]
    resource: ResourceSpec | None = None
    message: Annotated[MessageSpec | None, Field(description="To whom it says something, instead of a record that it acts on")] = None
    asserts: Annotated[bool, Field(description="true for facts.assert alone: it acts on memory, instead of a record")] = False
    facts: tuple[Name, ...] = ()
    escalation: tuple[Name, ...] = ()
    requires: tuple[Requirement, ...] = ()
    permissions: tuple[Permission, ...] = ()
    senders: tuple[Name, ...] = ()
    calls: Annotated[tuple[Name, ...], Field(description="Operations of the domain's service")] = ()
    source: Annotated[dict[str, SourceSpec], Field(description="What fields of its result carry, at whatever depth; * is the rest")] = (
        Field(default_factory=dict)
    )
    destination: Annotated[dict[str, Side], Field(description="The payload fields that say where it goes")] = Field(default_factory=dict)
    spends: Annotated[Spending | None, Field(description="What it costs, for the budgets of money")] = None
    verify: Annotated[tuple[ReadPermission, ...], Field(description="What its read-back looks at, under the agent's reading role")] = ()
    verify_calls: Annotated[tuple[Name, ...], Field(description="Operations that its read-back looks with, which only read")] = ()
    compensate: Compensation | None = None

    @model_validator(mode="after")
    def _what_is_written_is_read_back(self) -> Self:
        looks = bool(self.verify or self.verify_calls)
        if self.effect is Effect.READ and looks:
            raise PydanticCustomError("nothing_to_verify", "verify: a tool that only reads has no outcome to read back")
        if self.effect is not Effect.READ and not looks and self.message is None and not self.asserts:
            raise PydanticCustomError("unverified", "verify: a tool that writes says what its read-back looks at")
        return self

    @model_validator(mode="after")
    def _acts_on_a_record_or_says_something(self) -> Self:
        if [self.resource is not None, self.message is not None, self.asserts].count(True) != 1:
            raise PydanticCustomError("resource", "resource: a tool acts on the record that it names, or is a message, and not both")
        looks = self.verify or self.verify_calls
        needs_nothing = self.effect is Effect.WRITE and not (self.permissions or self.senders or self.calls or looks)
        if self.message and not needs_nothing:
            raise PydanticCustomError(
                "message", "message: a message has the effect write, and needs no permissions, senders, calls or verify"
            )
        if self.asserts and (not needs_nothing or self.compensate or self.facts or self.requires):
            raise PydanticCustomError("asserts", "asserts: what asserts has the effect write, and needs nothing but its payload")
        return self

    @property
    def resource_type(self) -> str:
        """The type of Cedar's resource: of a message, it is whom it is said to; of an assertion, the fact."""
        return self.resource.type if self.resource else "Fact" if self.asserts else "Agent"

    @property
    def owner(self) -> str | None:
        """The fact's attribute with the owner's address; None for what is nobody's in particular."""
        return self.resource.owner if self.resource else None

    def resource_of(self, payload: JsonObject) -> str:
        """The id of Cedar's resource; empty if the payload does not say."""
        if self.message:
            return self.message.to
        if self.asserts:
            return asserted(payload)
        named = payload.get(self.resource.field) if self.resource else None
        return "" if named is None else str(named)
