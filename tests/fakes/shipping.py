"""The logistics domain's gate in memory, over a memory that people change while it waits."""

from dataclasses import replace
from pathlib import Path

from remit.adapters.embedded_cedar import EmbeddedCedar
from remit.charters import load_charter, load_payloads
from remit.domain.action import Failure
from remit.domain.ballot import Verdict
from remit.domain.fact import Fact, make_fact, record_of, relied_on_in_vain
from remit.domain.fact_key import FactKey, FactRef
from remit.domain.fact_spec import FactSpec, RecordFactSpec
from remit.domain.intent import Intent
from remit.domain.ledger import Kind
from remit.domain.model import Json, JsonObject
from remit.domain.operation import Author, Operation
from remit.domain.payload import Payload
from remit.domain.statement import OperationKind, Statement
from remit.policies import load_policy_set
from remit.ports import FactSource
from remit.usecases.answer import Given, answer
from remit.usecases.cascade import CascadePorts, cascade
from remit.usecases.facts import FactPorts, change_fact
from remit.usecases.gate import Proposal, govern, resume
from remit.usecases.gate_ports import GatePorts
from tests.fakes.facts import MemoryFacts
from tests.fakes.gate import RUN, World, make_intent
from tests.fakes.outside import DirectExecutor, TableFacts, executor_ports

LOGISTICS = load_charter(Path("charters/logistics.yaml"))
POLICIES = load_policy_set(LOGISTICS, Path("policies/logistics"))
_MODELS = load_payloads(LOGISTICS.domain)
PAYLOADS: dict[str, type[Payload]] = {name: _MODELS[tool.payload] for name, tool in LOGISTICS.tools.items()}
RULE = FactKey(namespace="logistics", subject="zone-B", predicate="carrier")
OWNER = Author(name="olivia", authority="owner")
_ORDER: JsonObject = {"order_id": "O-1", "status": "open", "zone": "zone-B", "version": 1}


def booking(cost: int = 900_00, carrier: str = "X") -> JsonObject:
    """Above the autonomy cap, so that the owner is asked."""
    return {"order_id": "O-1", "zone": "zone-B", "carrier": carrier, "cost": cost, "currency": "USD"}


class RememberedFacts(FactSource):
    """Business records as they are, and what stands in memory."""

    def __init__(self, business: dict[tuple[str, str], JsonObject], memory: MemoryFacts) -> None:
        self._business, self._memory = TableFacts(business), memory

    def read(self, wanted: dict[str, FactSpec], payload: JsonObject, tenant: str | None = None) -> tuple[Fact, ...]:
        return tuple(self._fact(name, spec, payload) for name, spec in wanted.items())

    def _fact(self, name: str, spec: FactSpec, payload: JsonObject) -> Fact:
        if isinstance(spec, RecordFactSpec):
            return self._business.read({name: spec}, payload)[0]
        key = spec.key_of(str(payload[spec.key]))
        if hold := self._memory.hold(key):
            raise relied_on_in_vain(name, hold.why)
        latest = self._memory.latest(key)
        return make_fact(name, spec, key.subject, None if latest is None or latest.retracts else record_of(latest))


class Shipping(World):
    """Everything a test looks at. Whoever changes a fact sets the cascade off."""

    def __init__(self) -> None:
        policies = EmbeddedCedar(POLICIES.policies, POLICIES.policy_schema)
        super().__init__(business={("orders", "O-1"): _ORDER}, engine=policies, charter=LOGISTICS)
        tools = dict.fromkeys(LOGISTICS.tools, self.till)
        self.executor = DirectExecutor(executor_ports("planner", tools, PAYLOADS, self.uses, self.clock))
        self.memory = MemoryFacts(self.records)

    @property
    def ports(self) -> GatePorts:
        given = super().ports
        facts = RememberedFacts(self.business, self.memory)
        return replace(given, judge=replace(given.judge, payloads=PAYLOADS, facts=facts))

    @property
    def fact_ports(self) -> FactPorts:
        return FactPorts(charters=dict.fromkeys(LOGISTICS.namespaces, LOGISTICS), store=self.memory, records=self.records, clock=self.clock)

    @property
    def cascading(self) -> CascadePorts:
        return CascadePorts(store=self.memory, approvals=self.approvals, records=self.records, gate=self.woken)

    def said(self, value: Json, key: FactKey = RULE, *, author: Author = OWNER, derived_from: tuple[FactRef, ...] = ()) -> Statement:
        """The key's next version; nothing has been held because of it yet."""
        kind = OperationKind.UPDATE if self._stands(key) else OperationKind.ADD
        settled = change_fact(Operation(kind=kind, key=key, value=value, derived_from=derived_from), author, self.fact_ports)
        assert settled.statement is not None, settled
        return settled.statement

    def retracted(self, key: FactKey = RULE) -> None:
        change_fact(Operation(kind=OperationKind.DELETE, key=key), OWNER, self.fact_ports)
        self.cascaded(key)

    def changed(self, value: Json, key: FactKey = RULE) -> None:
        """Said, and whatever rested on what was said before is held."""
        self.said(value, key)
        self.cascaded(key)

    def cascaded(self, key: FactKey = RULE) -> None:
        cascade(key, self.cascading)

    def asked(self, payload: JsonObject | None = None, *, step: str = "govern-1", shown: tuple[FactRef, ...] = ()) -> Intent:
        intent = make_intent(booking() if payload is None else payload, agent="planner", tool="logistics.book_shipment", step=step)
        self.opened(intent)
        reasoning: JsonObject = {"facts": [{**ref.model_dump(mode="json"), "authority": "owner"} for ref in shown]}
        govern(Proposal(task_token=f"task-{step}", intent=intent, reasoning=reasoning if shown else None), self.ports)
        return intent

    def approved(self, token: str = "token-1") -> None:
        """The owner's yes, and the gate going on with it."""
        (approval,) = self.records.approvals.values()
        answer(approval.id, Given(token=token, verdict=Verdict.APPROVE), self.approval_ports)
        resume(approval.id, self.ports)

    def woke(self) -> None:
        """The gate, for every approval that it was woken for."""
        woken, self.woken.woken = self.woken.woken, []
        for approval in dict.fromkeys(woken):
            resume(approval, self.ports)

    def failure(self, step: str) -> Failure:
        """What the step's task was told, and nothing else."""
        (told,) = (answer for token, answer in self.tasks.told if token == f"task-{step}")
        assert isinstance(told, Failure)
        return told

    def held_runs(self) -> list[JsonObject]:
        return [entry.body for entry in self.records.entries(RUN) if entry.kind is Kind.RUN_HELD]

    def _stands(self, key: FactKey) -> bool:
        latest = self.memory.latest(key)
        return latest is not None and not latest.retracts
