"""What is played again and again, and what it must come to, whatever fails on the way."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

from moto.backends import get_backend
from moto.core.models import DEFAULT_ACCOUNT_ID

from remit.adapters.dynamodb_items import decode, encode
from remit.domain.ballot import Verdict
from remit.domain.compensation import Undoes
from remit.domain.intent import Intent
from remit.domain.ledger import Entry, Kind
from remit.domain.model import JsonObject
from remit.domain.warrant import Verification
from tests.fakes.evidence import check
from tests.fakes.gate import make_intent, refund
from tests.faults.business import MAILBOX, RECEIVABLES, REFUNDS, Business
from tests.faults.deployment import MAIL_STORE, Deployment
from tests.faults.play import Run, Stuck
from tests.faults.service import Kind as Fault
from tests.faults.service import Point

Step = tuple[str, Callable[[int], JsonObject]]


@dataclass(frozen=True, slots=True)
class Scenario:
    """`effects` is how often its last step has to act in all; the steps before it are done without faults. Of `mail` nobody can tell
    whether it was sent once the answer was lost."""

    name: str
    business: Business
    steps: tuple[Step, ...]
    effects: int
    verdict: Verdict | None = None
    undone: bool = False
    cold: bool = False
    mail: bool = False


def _refund(amount: int, tool: str = "refunds.issue_refund") -> tuple[Step, ...]:
    return ((tool, lambda number: refund(amount, order_id=f"O-{number}")),)


_CHECK: Step = ("receivables.check_dispute", lambda number: {"invoice_id": f"I-{number}"})
_REMIND: Step = ("receivables.send_reminder", lambda number: {"invoice_id": f"I-{number}", "passage": "Perhaps our letters crossed."})
_NOTE: Step = ("receivables.update_crm", lambda number: {"customer_id": "K-1", "invoice_id": f"I-{number}", "letter": "reminder"})
_DELETE: Step = ("mailbox.ask_to_delete", lambda number: {"mailbox_id": "olivia", "message_id": f"M-{number}"})

SCENARIOS = (
    Scenario("allowed", REFUNDS, _refund(120_00), 1),
    Scenario("offered", REFUNDS, _refund(120_00, "refunds.offer_refund"), 1),
    Scenario("denied", REFUNDS, _refund(6000_00), 0),
    Scenario("approved", REFUNDS, _refund(1200_00), 1, verdict=Verdict.APPROVE),
    Scenario("rejected", REFUNDS, _refund(1200_00), 0, verdict=Verdict.REJECT),
    Scenario("undone", REFUNDS, _refund(120_00), 1, undone=True),
    Scenario("cold", REFUNDS, _refund(120_00), 1, cold=True),
    Scenario("approved-cold", REFUNDS, _refund(1200_00), 1, verdict=Verdict.APPROVE, cold=True),
    Scenario("letter", RECEIVABLES, (_CHECK, _REMIND), 1, mail=True),
    Scenario("unchecked", RECEIVABLES, (_REMIND,), 0),
    Scenario("noted", RECEIVABLES, (_CHECK, _REMIND, _NOTE), 1),
    Scenario("deleted", MAILBOX, (_DELETE,), 1, verdict=Verdict.APPROVE),
    Scenario("kept", MAILBOX, (_DELETE,), 0, verdict=Verdict.REJECT),
)


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one playing. `incomplete` says what the ledger lacks; `outcome` is the run's, or that it was stuck; `told` is whether
    somebody was told that it is not known what was done."""

    scenario: str
    point: Point | None
    kind: Fault | None
    wanted: int
    effects: int
    outcome: str
    incomplete: tuple[str, ...]
    told: bool = False

    @property
    def lost(self) -> int:
        return 0 if self.told else max(0, self.wanted - self.effects)

    @property
    def duplicated(self) -> int:
        return max(0, self.effects - self.wanted)

    @property
    def held(self) -> bool:
        ended = "FAILED" if self.told else "DONE" if self.wanted else "REFUSED"
        return not (self.lost or self.duplicated or self.incomplete) and self.outcome == ended


class Stage:
    """Plays scenarios, each on records of its own."""

    def __init__(self, deployments: Mapping[str, Deployment]) -> None:
        self._deployments, self._numbers = deployments, count(1)

    def points(self, scenario: Scenario) -> tuple[Point, ...]:
        """The calls that are made where nothing fails."""
        for _ in range(2):
            self.play(scenario, None)
        return tuple(self._deployments[scenario.business.domain].cloud.points)

    def faults(self, scenario: Scenario, every: int = 1) -> list[tuple[int, Fault]]:
        """Each kind at each point; or of the kinds every second, say, other ones at the next point."""
        points = range(len(self.points(scenario)))
        return [(point, kind) for point in points for number, kind in enumerate(Fault) if (point + number) % every == 0]

    def play(self, scenario: Scenario, fault: tuple[int, Fault] | None) -> Result:
        number, deployment = next(self._numbers), self._deployments[scenario.business.domain]
        if scenario.cold:
            deployment.processes.clear()
        self._set_up(number, deployment)
        intent = _prepared(scenario, number, deployment)
        before = _acted(deployment)
        deployment.begin(fault)
        try:
            outcome = Run(deployment, intent, scenario.verdict).ended().outcome.value
        except Stuck:
            outcome = "STUCK"
        points = deployment.cloud.points
        point = points[fault[0]] if fault and fault[0] < len(points) else None
        entries = [entry for run in {f"run-{number}", intent.run} for entry in deployment.records().entries(run)]
        told = scenario.mail and any(entry.kind is Kind.OUTCOME_REPORTED for entry in entries)
        lacks = _lacks(entries, scenario, told=told)
        acted = _acted(deployment) - before
        return Result(scenario.name, point, fault and fault[1], scenario.effects, acted, outcome, lacks, told)

    def _set_up(self, number: int, deployment: Deployment) -> None:
        """Straight in moto, which copies whole tables in a transaction: each starts empty."""
        for table in _backend().tables.values():
            table.items.clear()
        for name, records in deployment.business.seeded(number).items():
            for record in records:
                _backend().put_item(deployment.table(name), encode(record))
        self._mail(deployment.business.mail(number))
        deployment.forget()

    def _mail(self, messages: Mapping[str, bytes]) -> None:
        store = get_backend("s3")[DEFAULT_ACCOUNT_ID]["global"]
        for key in [*store.buckets[MAIL_STORE].keys]:
            store.buckets[MAIL_STORE].keys.pop(key)
        for key, content in messages.items():
            store.put_object(MAIL_STORE, key, content)


def _backend() -> Any:  # noqa: ANN401 (moto's)
    return get_backend("dynamodb")[DEFAULT_ACCOUNT_ID]["us-east-1"]


def _prepared(scenario: Scenario, number: int, deployment: Deployment) -> Intent:
    """The intent that is tried, after all that comes before it."""
    business = scenario.business
    given: dict[str, object] = {"run": f"run-{number}", "agent": business.agent, "requester": {"arn": business.requester}}
    *first, last = (
        make_intent(payload(number), step=f"govern-{step}", tool=tool, **given) for step, (tool, payload) in enumerate(scenario.steps)
    )
    deployment.begin(None)
    Run(deployment, last).opened()
    for each in first:
        Run(deployment, each).governed()
    if not scenario.undone:
        return last
    Run(deployment, last).ended()
    reversal = _reversal(last)
    Run(deployment, reversal).opened()
    return reversal


def _acted(deployment: Deployment) -> int:
    tables = {name: [decode(item) for item in _items(deployment.table(name))] for name in deployment.business.charter.tables}
    return deployment.letters + deployment.business.acted(tables) + _deleted()


def _deleted() -> int:
    """Messages that are gone of two, of which only one may go."""
    there = [key for key in get_backend("s3")[DEFAULT_ACCOUNT_ID]["global"].buckets[MAIL_STORE].keys if key.startswith("mail/")]
    return 2 - len(there)


def _items(table: str) -> list[Any]:
    return [item.to_json()["Attributes"] for item in _backend().tables[table].all_items()]


def _reversal(done: Intent) -> Intent:
    payload = {name: value for name, value in done.payload.items() if name != "reason"}
    changes = {"run": f"{done.run}-undo", "step": "undo-1", "tool": "refunds.reverse_refund"}
    undoes = Undoes(run=done.run, key=done.key)
    return make_intent({**payload, "refund_id": done.key}, **changes, undoes=undoes.model_dump())


def _lacks(entries: list[Entry], scenario: Scenario, *, told: bool) -> tuple[str, ...]:
    """What the completeness check says, and that each effect has its outcome there."""
    outcomes = Counter(str(entry.body["verification"]) for entry in entries if entry.kind is Kind.OUTCOME_VERIFIED)
    flaws = [str(flaw) for flaw in check(entries).flaws]
    earlier = len(scenario.steps) - 1 + scenario.undone
    matches, unknown = earlier + (0 if told else scenario.effects), Verification.UNKNOWN.value
    wanted = Counter({Verification.MATCH.value: matches} if matches else {}) + Counter({unknown: 1} if told else {})
    if outcomes != wanted:
        flaws.append(f"outcomes are {dict(outcomes)}, and have to be {dict(wanted)}")
    return tuple(flaws)
