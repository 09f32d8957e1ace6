from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from types import MappingProxyType
from typing import Any

from remit.delegation_ports import Tokens
from remit.domain.access import TableSpec
from remit.domain.action import Failure
from remit.domain.delegation import Delegator
from remit.domain.errors import Unauthenticated, Unavailable, WarrantRefused
from remit.domain.fact import Fact, make_fact
from remit.domain.fact_spec import FactSpec, RecordFactSpec
from remit.domain.measure import Measure, Metric
from remit.domain.model import JsonObject
from remit.domain.payload import Payload
from remit.domain.warrant import Receipt, Warrant
from remit.execution_ports import AgentIdentity, AgentSession, Executor, ReadSession, WarrantUses
from remit.ports import Clock, FactSource, Gate, Mail, Mailer, Meter, RunState, Span, Spans, Tasks, Workflows
from remit.toolkit import ReadContext, Tool, ToolContext, ToolFailed, Use
from remit.usecases.perform import ExecutorPorts, Order, perform
from tests.fakes.records import MemoryRecords


class TableFacts(FactSource):
    """Facts out of plain records, by table and key; what stands in memory is a record too, by namespace, and subject and predicate.
    All tenants have the same."""

    def __init__(self, records: dict[tuple[str, str], JsonObject], tables: Mapping[str, TableSpec] = MappingProxyType({})) -> None:
        self.records, self._tables = records, tables

    def read(self, wanted: dict[str, FactSpec], payload: JsonObject, tenant: str | None = None) -> tuple[Fact, ...]:
        return tuple(self._fact(name, spec, str(payload[spec.key]), tenant) for name, spec in wanted.items())

    def _fact(self, name: str, spec: FactSpec, key: str, tenant: str | None) -> Fact:
        if isinstance(spec, RecordFactSpec):
            table = self._tables.get(spec.table)
            return make_fact(name, spec, table.cited(key, tenant) if table else key, self.records.get((spec.table, key)))
        return make_fact(name, spec, key, self.records.get((spec.namespace, f"{key}/{spec.predicate}")))


class MemoryUses(WarrantUses):
    """Knows the warrants that the records hold."""

    def __init__(self, records: MemoryRecords) -> None:
        self._records = records

    @property
    def used(self) -> set[str]:
        return self._records.used

    def consume(self, warrant: Warrant, now: datetime) -> bool:
        if self._records.warrants.get(warrant.id) != warrant:
            raise WarrantRefused("The gate has minted no such warrant.")
        if warrant.id in self.used:
            return False
        if warrant.id in self._records.void:
            raise WarrantRefused("The warrant was taken back before its first use.")
        if now >= warrant.expires_at:
            raise WarrantRefused("The warrant expired before its first use.")
        self.used.add(warrant.id)
        return True


class Till(Tool[Payload]):
    """A tool whose business system is a dictionary: what was done, by warrant."""

    def __init__(self) -> None:
        self.done: dict[str, JsonObject] = {}
        self.times = 0
        self.refuses: str | None = None
        self.breaks: Exception | None = None
        self.alters: JsonObject = {}

    def execute(self, payload: Payload, context: ToolContext) -> None:
        if self.refuses is not None:
            raise ToolFailed(self.refuses)
        self.times += 1
        self.done[context.key] = {**self.expected(payload, context), **self.alters}
        if self.breaks is not None:
            raise self.breaks

    def expected(self, payload: Payload, use: Use) -> JsonObject:
        return payload.model_dump(mode="json")

    def read_back(self, payload: Payload, context: ReadContext) -> JsonObject | None:
        return self.done.get(context.key)


class PlainIdentity(AgentIdentity):
    def assume(self, warrant: Warrant) -> AgentSession:
        client: Any = None
        context = ToolContext(dynamodb=client, tables={}, key=warrant.id, run=warrant.run)
        person = warrant.delegator
        return AgentSession(_assumed(warrant, "agent"), context, person.session_tags if person else {}, person.person if person else None)

    def read_as(self, warrant: Warrant) -> ReadSession:
        client: Any = None
        return ReadSession(_assumed(warrant, "reader"), ReadContext(dynamodb=client, tables={}, key=warrant.id, run=warrant.run))


class DirectExecutor(Executor):
    """The executor's real use case, in the same process; can be made to break off before or after it."""

    def __init__(self, ports: ExecutorPorts) -> None:
        self._ports = ports
        self.lost_answers = 0

    def perform(self, warrant: Warrant, payload: JsonObject) -> Receipt:
        receipt = perform(Order(warrant=warrant, payload=payload), self._ports)
        if self.lost_answers > 0:
            self.lost_answers -= 1
            raise Unavailable("The executor's answer was lost.")
        return receipt


class AnsweredTasks(Tasks):
    """What each waiting task was told, in order."""

    def __init__(self) -> None:
        self.told: list[tuple[str, Receipt | Failure]] = []
        self.ended: set[str] = set()

    def succeed(self, token: str, receipt: Receipt) -> None:
        self.told.append((token, receipt))

    def fail(self, token: str, failure: Failure) -> None:
        self.told.append((token, failure))

    def waits(self, token: str) -> bool:
        return token not in self.ended


class Counts(Meter):
    """Every measure, in order."""

    def __init__(self) -> None:
        self.measures: list[Measure] = []

    def add(self, measure: Measure) -> None:
        self.measures.append(measure)

    def sums(self, *metrics: Metric) -> dict[str, float]:
        """The sums of these metrics that are not 0, by name."""
        sums = {metric.name: sum(each.value for each in self.measures if each.metric == metric) for metric in metrics}
        return {name: value for name, value in sums.items() if value}


class TimedSpan(Span):
    def __init__(self, name: str, attributes: dict[str, str]) -> None:
        self.name, self.attributes, self.took = name, attributes, 0

    def note(self, **attributes: str) -> None:
        self.attributes |= attributes

    @property
    def milliseconds(self) -> int:
        return self.took


class TimedSpans(Spans):
    """What was traced, in the order in which it ended, by a test's clock."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.ended: list[TimedSpan] = []

    @contextmanager
    def span(self, name: str, **attributes: str) -> Iterator[Span]:
        span, begun = TimedSpan(name, attributes), self._clock.now()
        try:
            yield span
        finally:
            span.took = int((self._clock.now() - begun).total_seconds() * 1000)
            self.ended.append(span)


class Outbox(Mailer):
    def __init__(self) -> None:
        self.sent: list[Mail] = []

    def send(self, mail: Mail) -> str:
        self.sent.append(mail)
        return f"message-{len(self.sent)}"


class BrokenMailer(Mailer):
    def send(self, mail: Mail) -> str:
        raise Unavailable("SES: Throttling")


class WokenGate(Gate):
    """The approvals that the gate was woken for."""

    def __init__(self) -> None:
        self.woken: list[str] = []

    def resume(self, domain: str, run: str, approval: str) -> None:
        self.woken.append(approval)


class KnownTokens(Tokens):
    """The tokens that a test hands out."""

    def __init__(self) -> None:
        self.good: dict[str, Delegator] = {}

    def verify(self, token: str) -> Delegator:
        if token not in self.good:
            raise Unauthenticated("The person's token has expired.")
        return self.good[token]


class MemoryWorkflows(Workflows):
    """Executions by run; a test sets their state."""

    def __init__(self) -> None:
        self.started: dict[str, tuple[str, JsonObject]] = {}
        self.states: dict[str, RunState] = {}

    def start(self, workflow: str, run: str, payload: JsonObject) -> None:
        self.started.setdefault(run, (workflow, payload))

    def stop(self, workflow: str, run: str, failure: Failure) -> None:
        if (state := self.state(workflow, run)) and state.status == "RUNNING":
            self.states[run] = RunState(status="ABORTED", error=failure.error, cause=failure.model_dump_json())

    def state(self, workflow: str, run: str) -> RunState | None:
        return self.states.get(run, RunState(status="RUNNING") if run in self.started else None)


def _assumed(warrant: Warrant, kind: str) -> str:
    return f"arn:aws:sts::000000000000:assumed-role/{warrant.agent}-{kind}/{warrant.run}"


def executor_ports(
    agent: str, tools: Mapping[str, Tool[Any]], payloads: Mapping[str, type[Payload]], uses: WarrantUses, clock: Clock
) -> ExecutorPorts:
    return ExecutorPorts(
        agent=agent, tools=tools, payloads=payloads, uses=uses, identity=PlainIdentity(), clock=clock, spans=TimedSpans(clock)
    )
