"""A whole gate in memory: the real use cases, charter and policies, with fakes for everything outside."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from remit.adapters.embedded_cedar import EmbeddedCedar
from remit.adapters.system import SystemEntropy
from remit.charters import load_charter, load_payloads
from remit.domain.approval import Approval, request_approval
from remit.domain.ballot import Answer, Ballot, Verdict, Voice
from remit.domain.catalogue import Catalogue, catalogue
from remit.domain.charter import Charter
from remit.domain.decision import Decision, Outcome
from remit.domain.history import Caller
from remit.domain.intent import Intent
from remit.domain.ledger import Draft, Entry, Kind
from remit.domain.model import JsonObject
from remit.domain.payload import Payload
from remit.domain.policy import PolicyText
from remit.domain.wording import word
from remit.policies import load_policy_set
from remit.ports import Everybody, Mailer, PolicyEngine, ShadowPolicies, Witness
from remit.toolkit import Tool
from remit.usecases.answer import ApprovalPorts, Given, answer
from remit.usecases.ask import Asking
from remit.usecases.gate import Proposal, govern, resume
from remit.usecases.gate_ports import GatePorts
from remit.usecases.history import RecordedHistory
from remit.usecases.identified import Agreed, answer_as, by_name
from remit.usecases.judge import Judge
from remit.usecases.measures import Counting
from tests.fakes.approvals import MemoryApprovals
from tests.fakes.clock import NOON, CountingEntropy, FixedClock
from tests.fakes.outside import (
    AnsweredTasks,
    Counts,
    DirectExecutor,
    MemoryUses,
    Outbox,
    TableFacts,
    Till,
    TimedSpans,
    WokenGate,
    executor_ports,
)
from tests.fakes.records import MemoryRecords, MemoryUndoings

REFUNDS = load_charter(Path("charters/refunds.yaml"))
POLICIES = load_policy_set(REFUNDS, Path("policies/refunds"))
_MODELS = load_payloads(REFUNDS.domain)
PAYLOADS: dict[str, type[Payload]] = {name: _MODELS[tool.payload] for name, tool in REFUNDS.tools.items()}
RUN = "run-1"


def catalogue_of(agent: str) -> Catalogue:
    return catalogue(agent, REFUNDS, _MODELS)


def refund(amount: object = 120_00, **changes: object) -> JsonObject:
    payload: JsonObject = {"account_id": "A-100", "order_id": "O-1001", "currency": "USD", "reason": "arrived broken"}
    return {**payload, "amount": amount, **changes}  # type: ignore[dict-item]


def business_records() -> dict[tuple[str, str], JsonObject]:
    return {
        ("accounts", "A-100"): {"account_id": "A-100", "status": "open", "flagged": False, "version": 3},
        ("accounts", "A-200"): {"account_id": "A-200", "status": "open", "flagged": True, "version": 1},
        ("orders", "O-1001"): {"order_id": "O-1001", "account_id": "A-100", "currency": "USD", "refundable": 900_000, "version": 7},
        ("orders", "O-2001"): {"order_id": "O-2001", "account_id": "A-200", "currency": "USD", "refundable": 30_000, "version": 1},
    }


@dataclass
class World:
    """Everything a test looks at."""

    clock: FixedClock = field(default_factory=FixedClock)
    business: dict[tuple[str, str], JsonObject] = field(default_factory=business_records)
    engine: PolicyEngine = field(default_factory=lambda: EmbeddedCedar(POLICIES.policies, POLICIES.policy_schema))
    mailer: Mailer = field(default_factory=Outbox)
    tasks: AnsweredTasks = field(default_factory=AnsweredTasks)
    woken: WokenGate = field(default_factory=WokenGate)
    till: Till = field(default_factory=Till)
    shadow: ShadowPolicies | None = None
    charter: Charter = REFUNDS
    payloads: Mapping[str, type[Payload]] = field(default_factory=lambda: PAYLOADS)
    agent: str = "support"
    tools: Mapping[str, Tool[Any]] = field(default_factory=dict)
    counts: Counts = field(default_factory=Counts)
    witnesses: tuple[Witness, ...] = ()

    def __post_init__(self) -> None:
        self.records = MemoryRecords(self.clock, Everybody(Counting(self.counts, frozenset(self.charter.agents)), *self.witnesses))
        self.spans = TimedSpans(self.clock)
        self.uses = MemoryUses(self.records)
        tools = self.tools or dict.fromkeys(self.charter.tools, self.till)
        self.executor = DirectExecutor(executor_ports(self.agent, tools, self.payloads, self.uses, self.clock))
        self.approvals = MemoryApprovals(self.records)
        self.asking = Asking(
            approvals=self.approvals,
            records=self.records,
            mailer=self.mailer,
            entropy=CountingEntropy(),
            clock=self.clock,
            public_url="https://remit.example",
        )

    @property
    def ports(self) -> GatePorts:
        facts = TableFacts(self.business, self.charter.tables)
        history = RecordedHistory(self.records, self.clock)
        judge = Judge(
            charter=self.charter,
            payloads=self.payloads,
            facts=facts,
            history=history,
            engine=self.engine,
            clock=self.clock,
            account="000000000000",
            shadow=self.shadow,
        )
        executor, tasks, asking = self.executor, self.tasks, self.asking
        return GatePorts(
            judge=judge,
            records=self.records,
            undoings=MemoryUndoings(self.records),
            executor=executor,
            tasks=tasks,
            asking=asking,
            spans=self.spans,
            meter=self.counts,
        )

    @property
    def approval_ports(self) -> ApprovalPorts:
        return ApprovalPorts(
            approvals=self.approvals,
            records=self.records,
            gate=self.woken,
            clock=self.clock,
            entropy=SystemEntropy(),
            account="000000000000",
            known={self.charter.domain: self.charter.known_approvers()},
        )

    def propose(self, payload: JsonObject | None = None, token: str = "task-1", **changes: object) -> Intent:
        intent = make_intent(refund() if payload is None else payload, **changes)
        self.opened(intent)
        govern(Proposal(task_token=token, intent=intent), self.ports)
        return intent

    def opened(self, intent: Intent) -> None:
        """Its run, as the API opens it."""
        if not self.records.entries(intent.run):
            caller: JsonObject = Caller(requester=intent.requester, delegator=intent.delegator).model_dump(mode="json")
            started: JsonObject = {"workflow": self.charter.domain, "domain": self.charter.domain, **caller}
            self.records.open_run(intent.run, Draft(kind=Kind.RUN_STARTED, body=started))

    def reply(self, verdict: Verdict, comment: str = "why", token: str = "token-1") -> Approval:
        """The human's answer, by the link or where that is not enough signed in, and the gate going on with it."""
        (approval,) = self.records.approvals.values()
        if approval.step_up:
            agreed = Agreed(verdict=verdict, comment=comment, payload_digest=approval.payload_digest)
            answered = answer_as(by_name(approval.route, self.approval_ports), approval.id, agreed, self.approval_ports)
        else:
            answered = answer(approval.id, Given(token=token, verdict=verdict, comment=comment), self.approval_ports)
        resume(answered.id, self.ports)
        return answered

    def ballot(self, verdict: Verdict, payload_digest: str) -> Ballot:
        """Finance's answer to the only question, as it lies in the table."""
        (approval,) = self.records.approvals.values()
        voice = Voice(approver="finance@example.com", by="finance@example.com", known_as="link")
        said = Answer(voice=voice, verdict=verdict, comment="", payload_digest=payload_digest, at=self.clock.now())
        return Ballot(approval=approval.id, stage=0, answers=(said,))

    def entries(self) -> tuple[Entry, ...]:
        return self.records.entries(RUN)

    def kinds(self) -> list[Kind]:
        """What came after the run's start."""
        return [entry.kind for entry in self.entries()[1:]]

    def with_policies(self, *more: PolicyText) -> "World":
        """The same world from here on, under more rules."""
        self.engine = EmbeddedCedar((*POLICIES.policies, *more), POLICIES.policy_schema)
        return self

    def with_engine(self, engine: PolicyEngine) -> "World":
        return replace(self, engine=engine)


TO_FINANCE = Decision(outcome=Outcome.ESCALATE, route="finance", policy_set="p")


def make_approval(intent: Intent, decision: Decision = TO_FINANCE) -> Approval:
    """The question that a decision to ask finance asks at noon."""
    return request_approval(REFUNDS, intent, decision, word(REFUNDS.tools[intent.tool], PAYLOADS[intent.tool], intent), NOON)


def make_intent(payload: JsonObject, **changes: object) -> Intent:
    given = {"run": RUN, "step": "govern-1", "agent": "support", "tool": "refunds.issue_refund", **changes}
    return Intent.model_validate({"payload": payload, "requester": {"arn": "arn:aws:iam::000000000000:user/caller"}, **given})
