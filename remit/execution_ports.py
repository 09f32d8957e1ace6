"""What doing an action needs from outside: the warrant's only use, the agent's roles, and whoever acts in them."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from remit.domain.action import Failure
from remit.domain.model import JsonObject, Model
from remit.domain.warrant import Receipt, Warrant
from remit.toolkit import ReadContext, ToolContext


class WarrantUses(ABC):
    @abstractmethod
    def consume(self, warrant: Warrant, now: datetime) -> bool:
        """True for the first use of a warrant just as the gate minted it, False for a repeat. Raises WarrantRefused for a warrant
        that was never minted so or whose first use comes too late, Unavailable when it cannot tell."""


@dataclass(frozen=True, slots=True)
class AgentSession:
    """The agent's role as assumed for one action: its ARN, what a tool may touch with it, and whom it is narrowed to, as tags and as
    the identity that stays with whatever it does."""

    arn: str
    context: ToolContext
    tags: Mapping[str, str] = field(default_factory=dict)
    source_identity: str | None = None


@dataclass(frozen=True, slots=True)
class ReadSession:
    """A role as assumed for one look: its ARN, and what a read-back may see with it."""

    arn: str
    context: ReadContext


class AgentIdentity(ABC):
    """An agent's two roles. Whoever acts does not say how it went."""

    @abstractmethod
    def assume(self, warrant: Warrant) -> AgentSession:
        """Short-lived credentials of the agent's role, for no more than one warrant's tool and delegator. Raises Unavailable."""

    @abstractmethod
    def read_as(self, warrant: Warrant) -> ReadSession:
        """The same of the agent's reading role. Raises Unavailable."""


class Performed(Model):
    """An executor's answer to the gate: a receipt, or a failure and nothing done."""

    receipt: Receipt | None = None
    failure: Failure | None = None


class Executor(ABC):
    @abstractmethod
    def perform(self, warrant: Warrant, payload: JsonObject) -> Receipt:
        """Do it once under the agent's own role and read it back. Raises WarrantRefused or Unavailable."""
