"""A gate and its executors in one process: everything real but what AWS does, which dictionaries do."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from benchmarks.policy.corpus import CHARTER, PAYLOADS, SCHEMA, OneAccount
from remit.adapters.embedded_cedar import EmbeddedCedar
from remit.adapters.system import SystemClock, SystemEntropy
from remit.budget_ports import Reserve
from remit.domain.action import Action
from remit.domain.agent import Suspension
from remit.domain.errors import Conflict, WarrantRefused
from remit.domain.history import Caller
from remit.domain.intent import Intent
from remit.domain.ledger import Draft, Entry, Kind, chain
from remit.domain.model import JsonObject
from remit.domain.policy import PolicyText
from remit.domain.warrant import Receipt, Warrant
from remit.execution_ports import Executor, WarrantUses
from remit.ports import Clock
from remit.record_ports import Change, MintWarrant, MoveAction, OpenAction, Records, RequireActive, RequireRunOpen
from remit.usecases.ask import Asking
from remit.usecases.gate_ports import GatePorts
from remit.usecases.history import RecordedHistory
from remit.usecases.judge import Judge
from remit.usecases.perform import ExecutorPorts, Order, perform
from tests.fakes.approvals import MemoryApprovals
from tests.fakes.outside import AnsweredTasks, Counts, Outbox, PlainIdentity, Till, TimedSpans
from tests.fakes.records import MemoryRecords, MemoryUndoings


@dataclass(slots=True)
class ProcessRecords(Records):
    """All changes or none, at a cost that does not grow: conditions are checked before anything is changed."""

    clock: Clock
    actions: dict[str, Action] = field(default_factory=dict)
    warrants: dict[str, Warrant] = field(default_factory=dict)
    chains: dict[str, list[Entry]] = field(default_factory=dict)
    drawn: dict[tuple[str, str], int] = field(default_factory=dict)

    def commit(self, run: str, changes: Sequence[Change], drafts: Sequence[Draft]) -> None:
        if not all(map(self._holds, changes)):
            raise Conflict(run)
        for change in changes:
            self._make(change)
        written = self.chains.setdefault(run, [])
        written.extend(chain(run, written[-1] if written else None, drafts, self.clock.now()))

    def open_run(self, run: str, draft: Draft, changes: Sequence[Change] = ()) -> None:
        self.commit(run, changes, [draft])

    def action(self, key: str) -> Action | None:
        return self.actions.get(key)

    def suspensions(self) -> tuple[Suspension, ...]:
        return ()

    def entries(self, run: str) -> tuple[Entry, ...]:
        return tuple(self.chains.get(run, ()))

    def _holds(self, change: Change) -> bool:
        match change:
            case OpenAction(action=action):
                return action.intent.key not in self.actions
            case MoveAction(action=action, was=was):
                return self.actions[action.intent.key].status is was
            case MintWarrant(warrant=warrant):
                return warrant.id not in self.warrants
            case RequireActive() | RequireRunOpen():
                return True
            case Reserve(reservation=wanted):
                return self.drawn.get((wanted.account, wanted.meter), 0) + wanted.amount <= wanted.limit
        raise TypeError(f"{type(change).__name__} is not part of this benchmark")

    def _make(self, change: Change) -> None:
        match change:
            case OpenAction(action=action) | MoveAction(action=action):
                self.actions[action.intent.key] = action
            case MintWarrant(warrant=warrant):
                self.warrants[warrant.id] = warrant
            case Reserve(reservation=wanted):
                place = wanted.account, wanted.meter
                self.drawn[place] = self.drawn.get(place, 0) + wanted.amount


class ProcessUses(WarrantUses):
    """A warrant is good once, and only as it was minted."""

    def __init__(self, records: ProcessRecords) -> None:
        self._records = records
        self._used: set[str] = set()

    def consume(self, warrant: Warrant, now: datetime) -> bool:
        if self._records.warrants.get(warrant.id) != warrant or now >= warrant.expires_at:
            raise WarrantRefused("The gate has minted no such warrant, or it comes too late.")
        first = warrant.id not in self._used
        self._used.add(warrant.id)
        return first


class ProcessExecutor(Executor):
    """The executor of every agent, each with its own tools."""

    def __init__(self, records: ProcessRecords, clock: Clock) -> None:
        uses, self.till = ProcessUses(records), Till()
        tools = dict.fromkeys(PAYLOADS, self.till)
        common = {
            "tools": tools,
            "payloads": PAYLOADS,
            "uses": uses,
            "identity": PlainIdentity(),
            "clock": clock,
            "spans": TimedSpans(clock),
        }
        self._ports = {agent: ExecutorPorts(agent=agent, **common) for agent in CHARTER.agents}  # type: ignore[arg-type]

    def perform(self, warrant: Warrant, payload: JsonObject) -> Receipt:
        return perform(Order(warrant=warrant, payload=payload), self._ports[warrant.agent])


def ports(policies: Sequence[PolicyText]) -> tuple[GatePorts, ProcessRecords, ProcessExecutor, AnsweredTasks]:
    clock, tasks = SystemClock(), AnsweredTasks()
    records = ProcessRecords(clock)
    executor = ProcessExecutor(records, clock)
    judge = Judge(
        charter=CHARTER,
        payloads=PAYLOADS,
        facts=OneAccount(),
        history=RecordedHistory(records, clock),
        engine=EmbeddedCedar(policies, SCHEMA),
        clock=clock,
    )
    approvals = MemoryApprovals(MemoryRecords(clock))
    asking = Asking(
        approvals=approvals, records=records, mailer=Outbox(), entropy=SystemEntropy(), clock=clock, public_url="https://remit.example"
    )
    whole = GatePorts(
        judge=judge,
        records=records,
        executor=executor,
        tasks=tasks,
        asking=asking,
        spans=TimedSpans(clock),
        undoings=MemoryUndoings(MemoryRecords(clock)),
        meter=Counts(),
    )
    return whole, records, executor, tasks


def opened(intent: Intent, records: ProcessRecords) -> None:
    """Its run, as the API opens it."""
    caller: JsonObject = Caller(requester=intent.requester, delegator=None).model_dump(mode="json")
    records.open_run(intent.run, Draft(kind=Kind.RUN_STARTED, body={"workflow": "orders-action", "domain": "orders", **caller}))
