"""What a run has done so far, as its ledger tells it."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any

from pydantic import Field, ValidationError

from remit.domain.canonical import canonical
from remit.domain.delegation import Delegator
from remit.domain.fact_key import FactRef
from remit.domain.intent import Requester
from remit.domain.labels import UNKNOWN, Labels
from remit.domain.ledger import Entry, Kind
from remit.domain.model import Json, JsonObject, Model


class Step(Model):
    """One governed action, by its intent's key. It is `running` from its decision until its outcome is known or it is refused."""

    key: str
    tool: str
    payload: JsonObject
    running: bool = False
    asked_until: datetime | None = None
    done_at: datetime | None = None
    observed: JsonObject = Field(default_factory=dict)


class RunHold(Model):
    """A fact that a decision of the run rested on no longer stands; `now` is the version that does, if any."""

    fact: FactRef
    now: int | None = None

    @property
    def why(self) -> str:
        instead = f"version {self.now} does" if self.now else "it was retracted, or is held"
        return f"{self.fact.id} no longer stands at version {self.fact.version}: {instead}"


class Caller(Model):
    """Whose run it is: who started it, and on whose behalf."""

    requester: Requester
    delegator: Delegator | None = None


class History(Model):
    """The steps of a run in the order in which they were proposed, as they stood at `as_of`; `seen` is how many of its entries tell it.
    `opening` is how it was opened, `shown` what the facts carry that its models were shown, and `holds` which facts changed under it;
    `opened` are the runs that its messages opened, and `children` is what those have done."""

    steps: tuple[Step, ...] = ()
    as_of: datetime
    started_at: datetime | None = None
    started_by: Caller | None = None
    seen: int = 0
    opening: JsonObject = Field(default_factory=dict)
    shown: tuple[Labels, ...] = ()
    opened: tuple[str, ...] = ()
    children: tuple["History", ...] = ()
    holds: tuple[RunHold, ...] = ()

    @property
    def done(self) -> tuple[Step, ...]:
        """Those whose read-back matched, the first to be done first."""
        return tuple(sorted((step for step in self.steps if step.done_at is not None), key=attrgetter("done_at")))

    def counts(self) -> Counter[str]:
        """How often each tool was done."""
        return Counter(step.tool for step in self.done)


def history_of(entries: Sequence[Entry], as_of: datetime) -> History:
    """The history that a run's ledger tells. A step that was proposed twice is one step."""
    steps: dict[str, Step] = {}
    started_at: datetime | None = None
    holds = [RunHold.model_validate(entry.body) for entry in entries if entry.kind is Kind.RUN_HELD]
    started_by: Caller | None = None
    seen = 0
    opening: JsonObject = {}
    shown: list[Labels] = []
    opened: list[str] = []
    for entry in entries:
        seen += 1
        if entry.kind is Kind.RUN_STARTED:
            started_at, started_by, opening = entry.at, _caller(entry), entry.body
        if entry.kind is Kind.MODEL_CALLED:
            shown += labels_shown(entry.body)
        if entry.kind is Kind.MESSAGE_SENT and entry.body.get("opened"):
            opened.append(str(entry.body["opened"]))
        key = _key(entry)
        if entry.kind is Kind.INTENT_PROPOSED and key not in steps:
            steps[key] = Step(key=key, tool=str(entry.body["tool"]), payload=_object(entry.body["payload"]))
        elif key in steps:
            steps[key] = steps[key].model_copy(update=_change(entry))
    stands = tuple(_as_it_stands(step, as_of) for step in steps.values())
    told: dict[str, Any] = {"opening": opening, "shown": tuple(shown), "opened": tuple(opened), "seen": seen, "holds": tuple(holds)}
    return History(steps=stands, as_of=as_of, started_at=started_at, started_by=started_by, **told)


def labels_shown(call: JsonObject) -> tuple[Labels, ...]:
    """What each fact carries that the model was shown in this call; one of which that is not said may be anything."""
    facts = call.get("facts")
    return tuple(_labels(fact) for fact in facts) if isinstance(facts, list) else ()


def _labels(fact: Json) -> Labels:
    try:
        return Labels.model_validate(_object(fact).get("labels"))
    except ValidationError:
        return UNKNOWN


def _caller(started: Entry) -> Caller | None:
    """None for an entry that names nobody."""
    try:
        return Caller.model_validate_json(canonical({name: started.body.get(name) for name in Caller.model_fields}))
    except ValidationError:
        return None


def _key(entry: Entry) -> str:
    """Warrants and approvals have their intent's key for an id."""
    return str(entry.body.get("key") or entry.body.get("warrant") or entry.body.get("approval"))


def _change(entry: Entry) -> dict[str, Any]:
    match entry.kind:
        case Kind.DECISION_MADE:
            return {"running": entry.body["outcome"] != "DENY"}
        case Kind.APPROVAL_REQUESTED | Kind.APPROVAL_RENEWED:
            return {"asked_until": datetime.fromisoformat(str(entry.body["expires_at"]))}
        case Kind.WARRANT_MINTED:
            return {"asked_until": None}
        case Kind.INTENT_REFUSED | Kind.WARRANT_VOIDED:
            return {"running": False}
        case Kind.OUTCOME_VERIFIED | Kind.MESSAGE_SENT:
            return _outcome(entry)
        case _:
            return {}


def _outcome(entry: Entry) -> dict[str, Any]:
    if entry.kind is Kind.MESSAGE_SENT:
        return {"running": False, "done_at": entry.at}
    match entry.body["verification"]:
        case "MATCH":
            return {"running": False, "done_at": entry.at, "observed": _object(entry.body.get("observed"))}
        case "DRIFT":
            return {"running": False}
        case _:
            return {}


def _as_it_stands(step: Step, as_of: datetime) -> Step:
    """A question that nobody answered in time is over without an entry that says so."""
    unanswered = step.asked_until is not None and as_of >= step.asked_until
    return step.model_copy(update={"running": False}) if unanswered else step


def _object(value: object) -> JsonObject:
    return value if isinstance(value, dict) else {}
