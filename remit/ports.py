"""What Remit needs from outside. Every adapter and every fake subclasses one of these."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from remit.domain.action import Action, ActionStatus, Failure
from remit.domain.agent import Suspension
from remit.domain.decision import AuthorizationRequest, Evaluate, Evaluation
from remit.domain.errors import RemitError, run_ended, suspended
from remit.domain.fact import Fact
from remit.domain.fact_spec import FactSpec
from remit.domain.history import History, Step
from remit.domain.ledger import Draft, Entry
from remit.domain.measure import Measure
from remit.domain.model import JsonObject, Model
from remit.domain.warrant import Receipt, Warrant
from remit.toolkit import ReadContext, ToolContext


class Clock(ABC):
    @abstractmethod
    def now(self) -> datetime:
        """The time, aware, in UTC."""

    @abstractmethod
    def pause(self, seconds: float) -> None:
        """Let time pass, between two looks at something that takes a while."""


class Entropy(ABC):
    @abstractmethod
    def token(self) -> str:
        """256 unguessable bits, URL-safe."""


class PolicyEngine(ABC):
    """Cedar. Both methods raise Unavailable when the engine cannot answer. `name` is what records and metrics call it."""

    name: ClassVar[str]

    @abstractmethod
    def evaluate(self, request: AuthorizationRequest) -> Evaluation:
        """The two-valued answer, with the @id and @reason of the policies that determined it."""

    @abstractmethod
    def policy_set(self) -> str:
        """Digest over the sorted policy texts and the schema in force."""


class PolicyReader(ABC):
    """Cedar without a request: what it says of one policy's text. One reader knows one schema."""

    @abstractmethod
    def problems(self, statement: str) -> tuple[str, ...]:
        """Why the policy is not valid in STRICT mode; empty if it is."""

    @abstractmethod
    def impossible(self, statement: str) -> bool:
        """Whether no request that fits the schema can match the valid policy, as far as its types tell."""

    @abstractmethod
    def tree(self, statement: str) -> JsonObject:
        """The valid policy in Cedar's JSON form."""


class ShadowPolicies(ABC):
    """Policies that are tried beside those in force, and never enforced."""

    @abstractmethod
    def trials(self, request: AuthorizationRequest) -> Mapping[str, Evaluate]:
        """For each policy on trial that can match the request: the engine as it would be with that policy in force."""


class Meter(ABC):
    @abstractmethod
    def add(self, measure: Measure) -> None:
        """Keep one value of a metric."""


class Witness(ABC):
    """Sees what happens to the ledger, once it has happened. It can neither stop nor change it, and raises nothing."""

    @abstractmethod
    def appended(self, entries: Sequence[Entry]) -> None:
        """These are in the ledger now."""

    @abstractmethod
    def conflicted(self) -> None:
        """A commit found that another writer had been first."""


class Everybody(Witness):
    """Several, each of whom sees all of it."""

    def __init__(self, *witnesses: Witness) -> None:
        self._witnesses = witnesses

    def appended(self, entries: Sequence[Entry]) -> None:
        for witness in self._witnesses:
            witness.appended(entries)

    def conflicted(self) -> None:
        for witness in self._witnesses:
            witness.conflicted()


class Nobody(Witness):
    """Where nobody looks."""

    def appended(self, entries: Sequence[Entry]) -> None:
        """Not counted."""

    def conflicted(self) -> None:
        """Not counted."""


class Span(ABC):
    """A piece of work that is traced."""

    @abstractmethod
    def note(self, **attributes: str) -> None:
        """What came of it."""

    @property
    @abstractmethod
    def milliseconds(self) -> int:
        """How long it took; 0 while it goes on."""


class Spans(ABC):
    @abstractmethod
    def span(self, name: str, **attributes: str) -> AbstractContextManager[Span]:
        """Time what is done inside, and trace it under this name. What is raised inside leaves it unchanged."""


class FactSource(ABC):
    @abstractmethod
    def read(self, wanted: dict[str, FactSpec], payload: JsonObject, tenant: str | None = None) -> tuple[Fact, ...]:
        """The facts as they are now, in the order wanted; records by tenant are this one's. Raises Denied for a missing one, Unavailable
        when it cannot tell."""


class RunHistory(ABC):
    @abstractmethod
    def read(self, run: str, relied_on: Callable[[Step], bool]) -> History:
        """What the run has done by now; what is relied on is told by more than one record. Raises Denied, Unavailable."""


class Change(Model):
    """A state change that a commit makes, or none of them."""


class OpenAction(Change):
    """The action must not exist yet."""

    action: Action


class MoveAction(Change):
    """The action must be in status `was`."""

    action: Action
    was: ActionStatus


class MintWarrant(Change):
    """The warrant must not exist yet."""

    warrant: Warrant


class OpenRun(Change):
    """The run must have no entry yet; this is its first."""

    entry: Entry


class Requirement(Change, ABC):
    """Where it is not met the commit raises what it says, and nothing is changed."""

    @abstractmethod
    def unmet(self) -> RemitError:
        """Why not."""


class RequireActive(Requirement):
    """The agent must not be suspended; changes nothing."""

    agent: str

    def unmet(self) -> RemitError:
        return suspended()


class EndRun(Change):
    """The run must not have ended yet; from here on nothing is minted or asked in it, nor in any that it asked for."""

    run: str


class RequireRunOpen(Requirement):
    """The run must not have ended; changes nothing."""

    run: str

    def unmet(self) -> RemitError:
        return run_ended()


class Suspend(Change):
    """The agent must not be suspended yet."""

    suspension: Suspension


class Reinstate(Change):
    """The agent must be suspended."""

    agent: str


class Records(ABC):
    """Actions, approvals, warrants and the ledger: state and its record change together or not at all."""

    @abstractmethod
    def commit(self, run: str, changes: Sequence[Change], drafts: Sequence[Draft]) -> None:
        """Make all changes and append all drafts to the run's chain, or none of it. Of what does not hold the
        first in the order given decides: raises Conflict for a change, what it says for a Requirement. Raises Unavailable."""

    @abstractmethod
    def open_run(self, run: str, draft: Draft, changes: Sequence[Change] = ()) -> None:
        """Append the run's first entry, with the changes or not at all. Raises Conflict if the run has one already, what an unmet
        requirement says, Unavailable."""

    @abstractmethod
    def action(self, key: str) -> Action | None: ...

    @abstractmethod
    def suspensions(self) -> tuple[Suspension, ...]:
        """The agents that are stopped now, by name."""

    @abstractmethod
    def entries(self, run: str) -> tuple[Entry, ...]:
        """The run's ledger in order; empty for an unknown run."""


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


class Tasks(ABC):
    """The state machine's waiting tasks. A token that no longer waits is no error: somebody was first or it is too late."""

    @abstractmethod
    def succeed(self, token: str, receipt: Receipt) -> None: ...

    @abstractmethod
    def fail(self, token: str, failure: Failure) -> None: ...

    @abstractmethod
    def waits(self, token: str) -> bool:
        """Whether the task behind the token still waits for its answer. Raises Unavailable."""


class Mail(Model):
    """One message. `thread` is the same for all that is about one question, and so is the subject; `labels` come back with a bounce."""

    to: str
    subject: str
    text: str
    html: str
    thread: str
    labels: Mapping[str, str]


class Mailer(ABC):
    @abstractmethod
    def send(self, mail: Mail) -> str:
        """Hand one message over; returns the service's message id. Raises MailRefused for an address it will not send to, Unavailable."""


class RunState(Model):
    """Where a workflow execution stands: RUNNING, SUCCEEDED, FAILED, TIMED_OUT or ABORTED; its output, or how it failed."""

    status: str
    output: JsonObject | None = None
    error: str = ""
    cause: str = ""


class Workflows(ABC):
    @abstractmethod
    def start(self, workflow: str, run: str, payload: JsonObject) -> None:
        """Start one execution named after the run; a repeat with the same input is the same execution. Raises Unavailable."""

    @abstractmethod
    def stop(self, workflow: str, run: str, failure: Failure) -> None:
        """End an execution with an error; one that has ended already is left as it is. Raises Unavailable."""

    @abstractmethod
    def state(self, workflow: str, run: str) -> RunState | None:
        """None if there is no such execution."""


class Gate(ABC):
    @abstractmethod
    def resume(self, domain: str, run: str, approval: str) -> None:
        """Have the domain's gate look at the approval of the run again, soon and at least once. Raises Unavailable."""
