"""What an agent proposes."""

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, Self

from pydantic import Field

from remit.domain.canonical import digest
from remit.domain.compensation import Undoes
from remit.domain.delegation import Delegator
from remit.domain.model import JsonObject, Model


class Requester(Model):
    """The authenticated caller, as the edge verified it: never what a body claims."""

    arn: Annotated[str, Field(min_length=1)]


class Intent(Model):
    """One proposed action at one step of one run; `undoes` is the earlier action that it undoes, if it does that."""

    run: str
    step: str
    agent: str
    tool: str
    payload: JsonObject
    requester: Requester
    delegator: Delegator | None = None
    undoes: Undoes | None = None

    @cached_property
    def payload_digest(self) -> str:
        return digest(self.payload)

    @cached_property
    def key(self) -> str:
        """The same for every retry of the same step with the same payload, whoever delivers it."""
        return digest([self.run, self.step, self.agent, self.tool, self.payload_digest])[:40]

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """What was worked out of the fields is worked out anew."""
        copied = super().model_copy(update=update, deep=deep)
        for name in ("payload_digest", "key"):
            copied.__dict__.pop(name, None)
        return copied
