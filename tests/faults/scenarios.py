"""What is played again and again, and what it must come to, whatever fails on the way."""

from collections import Counter
from dataclasses import dataclass
from itertools import count

from moto.backends import get_backend
from moto.core.models import DEFAULT_ACCOUNT_ID

from remit.adapters.dynamodb_items import decode, encode
from remit.domain.ballot import Verdict
from remit.domain.compensation import Undoes
from remit.domain.intent import Intent
from remit.domain.ledger import Entry
from remit.domain.model import JsonObject
from remit.domain.warrant import Verification
from tests.fakes.dynamodb import NAMES
from tests.fakes.evidence import check
from tests.fakes.gate import make_intent, refund
from tests.faults.deployment import Deployment
from tests.faults.play import Run, Stuck
from tests.faults.service import Kind, Point

_HAS = 900_000


@dataclass(frozen=True, slots=True)
class Scenario:
    """`effects` is how often its tool has to act in all."""

    name: str
    amount: int
    effects: int
    tool: str = "refunds.issue_refund"
    verdict: Verdict | None = None
    undone: bool = False
    cold: bool = False


SCENARIOS = (
    Scenario("allowed", 120_00, 1),
    Scenario("offered", 120_00, 1, tool="refunds.offer_refund"),
    Scenario("denied", 6000_00, 0),
    Scenario("approved", 1200_00, 1, verdict=Verdict.APPROVE),
    Scenario("rejected", 1200_00, 0, verdict=Verdict.REJECT),
    Scenario("undone", 120_00, 1, undone=True),
    Scenario("cold", 120_00, 1, cold=True),
    Scenario("approved-cold", 1200_00, 1, verdict=Verdict.APPROVE, cold=True),
)


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one playing. `incomplete` says what the ledger lacks; `outcome` is the run's, or that it was stuck."""

    scenario: Scenario
    point: Point | None
    kind: Kind | None
    effects: int
    outcome: str
    incomplete: tuple[str, ...]

    @property
    def lost(self) -> int:
        return max(0, self.scenario.effects - self.effects)

    @property
    def duplicated(self) -> int:
        return max(0, self.effects - self.scenario.effects)

    @property
    def held(self) -> bool:
        ended = {"DONE"} if self.scenario.effects else {"REFUSED"}
        return not (self.lost or self.duplicated or self.incomplete) and self.outcome in ended


class Stage:
    """Plays scenarios, each on records of its own."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment, self._numbers = deployment, count(1)

    def points(self, scenario: Scenario) -> tuple[Point, ...]:
        """The calls that are made where nothing fails."""
        for _ in range(2):
            self.play(scenario, None)
        return tuple(self._deployment.cloud.points)

    def faults(self, scenario: Scenario) -> list[tuple[int, Kind]]:
        """Each kind at each point."""
        return [(number, kind) for number in range(len(self.points(scenario))) for kind in Kind]

    def play(self, scenario: Scenario, fault: tuple[int, Kind] | None) -> Result:
        number, deployment = next(self._numbers), self._deployment
        if scenario.cold:
            deployment.processes.clear()
        self._set_up(number)
        intent = make_intent(refund(scenario.amount, order_id=f"O-{number}"), run=f"run-{number}", tool=scenario.tool)
        if scenario.undone:
            deployment.cloud.begin(None)
            Run(deployment, intent).ended()
            intent = _reversal(intent)
        before = self._acted(number)
        deployment.cloud.begin(fault)
        try:
            outcome = Run(deployment, intent, scenario.verdict).ended().outcome.value
        except Stuck:
            outcome = "STUCK"
        points = deployment.cloud.points
        point = points[fault[0]] if fault and fault[0] < len(points) else None
        entries = [entry for run in {f"run-{number}", intent.run} for entry in deployment.records().entries(run)]
        return Result(scenario, point, fault and fault[1], self._acted(number) - before, outcome, _lacks(entries, scenario))

    def _set_up(self, number: int) -> None:
        for table in self._tables():
            self._empty(table)
        self._put("accounts", {"account_id": "A-100", "status": "open", "flagged": False, "version": 1})
        self._put("orders", {"order_id": f"O-{number}", "account_id": "A-100", "currency": "USD", "refundable": _HAS, "version": 0})
        self._deployment.links.clear()
        self._deployment.wakings.clear()
        self._deployment.tasks.clear()

    def _acted(self, number: int) -> int:
        """Every refund and every reversal raises the order's version, and every offer is a row."""
        order = self._deployment.dynamodb.get_item(TableName=_table("orders"), Key=encode({"order_id": f"O-{number}"}))["Item"]
        return int(str(decode(order)["version"])) + self._deployment.dynamodb.scan(TableName=_table("offers"))["Count"]

    def _tables(self) -> list[str]:
        return self._deployment.dynamodb.list_tables()["TableNames"]

    def _empty(self, table: str) -> None:
        """moto copies whole tables in a transaction."""
        backend = get_backend("dynamodb")[DEFAULT_ACCOUNT_ID]["us-east-1"]
        backend.tables[table].items.clear()

    def _put(self, table: str, record: JsonObject) -> None:
        self._deployment.dynamodb.put_item(TableName=_table(table), Item=encode(record))


def _table(name: str) -> str:
    return NAMES.business_table("refunds", name)


def _reversal(done: Intent) -> Intent:
    payload = {name: value for name, value in done.payload.items() if name != "reason"}
    changes = {"run": f"{done.run}-undo", "step": "undo-1", "tool": "refunds.reverse_refund"}
    undoes = Undoes(run=done.run, key=done.key)
    return make_intent({**payload, "refund_id": done.key}, **changes, undoes=undoes.model_dump())


def _lacks(entries: list[Entry], scenario: Scenario) -> tuple[str, ...]:
    """What the completeness check says, and that each effect has its outcome there."""
    outcomes = Counter(str(entry.body["verification"]) for entry in entries if entry.kind == "outcome.verified")
    flaws = [str(flaw) for flaw in check(entries).flaws]
    wanted = scenario.effects + scenario.undone
    if outcomes != Counter({Verification.MATCH.value: wanted} if wanted else {}):
        flaws.append(f"{wanted} outcomes that match, and there are {dict(outcomes)}")
    return tuple(flaws)
