"""What Remit needs from outside. Every adapter and every fake subclasses one of these."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import ClassVar

from remit.domain.action import Failure
from remit.domain.evaluation import AuthorizationRequest, Evaluate, Evaluation
from remit.domain.fact import Fact
from remit.domain.fact_spec import FactSpec
from remit.domain.history import History, Step
from remit.domain.labels import Labels
from remit.domain.ledger import Entry
from remit.domain.measure import Measure
from remit.domain.model import JsonObject, Model
from remit.domain.warrant import Receipt


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
    """One message. `thread` is the same for all that is about one question, and so is the subject; `labels` come back with a bounce.
    `carries`: what its content does."""

    to: str
    subject: str
    text: str
    html: str
    thread: str
    labels: Mapping[str, str]
    carries: Labels


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
