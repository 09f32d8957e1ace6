"""The gate of the supply domain in memory: several agents, one ledger, runs that open runs."""

from pathlib import Path

from remit.adapters.embedded_cedar import EmbeddedCedar
from remit.charters import load_charter, load_payloads
from remit.domain.action import Failure
from remit.domain.agent import Suspension
from remit.domain.approval import Approval
from remit.domain.ballot import Answer, Ballot, Verdict, Voice
from remit.domain.charter import Charter
from remit.domain.delegation import Delegator
from remit.domain.history import Caller
from remit.domain.intent import Intent, Requester
from remit.domain.ledger import Draft, Entry, Kind
from remit.domain.model import JsonObject
from remit.domain.warrant import Receipt, Warrant
from remit.execution_ports import Executor, WarrantUses
from remit.policies import load_policy_set
from remit.ports import Clock
from remit.record_ports import Suspend
from remit.usecases.ask import Asking
from remit.usecases.gate import Proposal, govern
from remit.usecases.gate_ports import GatePorts
from remit.usecases.history import RecordedHistory
from remit.usecases.judge import Judge
from tests.fakes.approvals import MemoryApprovals
from tests.fakes.clock import CountingEntropy, FixedClock
from tests.fakes.outside import AnsweredTasks, Counts, DirectExecutor, MemoryUses, Outbox, TableFacts, Till, TimedSpans, executor_ports
from tests.fakes.records import MemoryRecords, MemoryUndoings

SUPPLY = load_charter(Path("charters/supply.yaml"))
_MODELS = load_payloads("supply")
PAYLOADS = {name: _MODELS[tool.payload] for name, tool in SUPPLY.tools.items()}
REQUESTER = Requester(arn="arn:aws:iam::000000000000:user/caller")
ROOT = "run-root"
ACCOUNT = "DE02120300000000202051"
ORDER: JsonObject = {"vendor_id": "V-1", "part_id": "P-7", "quantity": 10, "unit_price": 250, "total": 2_500, "currency": "USD"}
ASKED: JsonObject = {"vendor_id": "V-1", "part_id": "P-7", "quantity": 10, "unit_price": 250, "currency": "USD", "note": "Ten days."}


class _Executors(Executor):
    """Each agent's own, in one process."""

    def __init__(self, world: "SupplyWorld") -> None:
        tools = dict.fromkeys(PAYLOADS, world.till)
        self._of = {
            agent: DirectExecutor(executor_ports(agent, tools, PAYLOADS, world.uses, world.clock)) for agent in SUPPLY.acting_agents()
        }

    def perform(self, warrant: Warrant, payload: JsonObject) -> Receipt:
        return self._of[warrant.agent].perform(warrant, payload)


class SupplyWorld:
    def __init__(self, charter: Charter = SUPPLY) -> None:
        self.charter, self.tasks, self.till = charter, AnsweredTasks(), Till()
        self.clock: Clock = FixedClock()
        self.outbox = Outbox()
        self.records = MemoryRecords(self.clock)
        self.uses: WarrantUses = MemoryUses(self.records)
        self.business: dict[tuple[str, str], JsonObject] = {
            ("vendors", "V-1"): {"vendor_id": "V-1", "status": "approved", "account": ACCOUNT, "version": 1},
            ("stock", "P-7"): {"part_id": "P-7", "order_up_to": 500, "version": 1},
        }
        self._policies = load_policy_set(charter, Path("policies/supply"))
        self.approvals = MemoryApprovals(self.records)

    @property
    def ports(self) -> GatePorts:
        judge = Judge(
            charter=self.charter,
            payloads=PAYLOADS,
            facts=TableFacts(self.business),
            history=RecordedHistory(self.records, self.clock),
            engine=EmbeddedCedar(self._policies.policies, self._policies.policy_schema),
            clock=self.clock,
            account="000000000000",
        )
        asking = Asking(
            approvals=self.approvals,
            records=self.records,
            mailer=self.outbox,
            entropy=CountingEntropy(),
            clock=self.clock,
            public_url="https://remit.example",
        )
        return GatePorts(
            judge=judge,
            records=self.records,
            executor=_Executors(self),
            tasks=self.tasks,
            asking=asking,
            spans=TimedSpans(self.clock),
            meter=Counts(),
            undoings=MemoryUndoings(self.records),
        )

    def begin(self, run: str = ROOT, workflow: str = "supply", delegator: Delegator | None = None, **more: object) -> str:
        """A run as the API opens it."""
        caller: JsonObject = Caller(requester=REQUESTER, delegator=delegator).model_dump(mode="json")
        body: JsonObject = {"workflow": workflow, "domain": "supply", **caller, **more}  # type: ignore[dict-item]
        self.ports.records.open_run(run, Draft(kind=Kind.RUN_STARTED, body=body))
        return run

    def propose(
        self,
        run: str,
        agent: str,
        tool: str,
        payload: JsonObject,
        *,
        step: str = "s-1",
        delegator: Delegator | None = None,
        reasoning: JsonObject | None = None,
    ) -> Receipt | Failure | None:
        """The gate's answer; None while a human is asked."""
        intent = Intent(run=run, step=step, agent=agent, tool=f"supply.{tool}", payload=payload, requester=REQUESTER, delegator=delegator)
        token = f"{run}/{agent}/{tool}/{step}"
        govern(Proposal(task_token=token, intent=intent, reasoning=reasoning), self.ports)
        return dict(self.tasks.told).get(token)

    def ask(self, run: str, agent: str, tool: str, payload: JsonObject, step: str = "s-1") -> str:
        """The run that a message opens."""
        receipt = self.propose(run, agent, tool, payload, step=step)
        assert isinstance(receipt, Receipt), receipt
        assert receipt.observed is not None
        return str(receipt.observed["run"])

    def ordering(self) -> str:
        """The execution agent's run, as the coordinator asks for it."""
        return self.ask(self.begin(), "coordinator", "ask_order", ASKED)

    def suspend(self, agent: str) -> None:
        suspension = Suspension(agent=agent, reason="stopped", by="ops", at=self.clock.now())
        self.records.commit(f"agent/{agent}", [Suspend(suspension=suspension)], [])

    def approved(self, approval: Approval) -> Ballot:
        """Procurement's yes, as it lies in the table."""
        voice = Voice(approver="procurement@example.com", by="procurement@example.com", known_as="link")
        said = Answer(voice=voice, verdict=Verdict.APPROVE, comment="", payload_digest=approval.payload_digest, at=self.clock.now())
        return Ballot(approval=approval.id, stage=0, answers=(said,))

    def last(self, run: str, kind: Kind) -> Entry:
        return [entry for entry in self.records.entries(run) if entry.kind is kind][-1]
