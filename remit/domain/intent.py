"""What an agent proposes."""

from typing import Annotated

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

    @property
    def payload_digest(self) -> str:
        return digest(self.payload)

    @property
    def key(self) -> str:
        """The same for every retry of the same step with the same payload, whoever delivers it."""
        return digest([self.run, self.step, self.agent, self.tool, self.payload_digest])[:40]
