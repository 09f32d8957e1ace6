"""A whole run as one record, out of its ledger: who asked, what each model saw and said, and for each action what was decided, who
agreed, what was done and what was read back. Whatever a body lacks is None, so that any record can be shown."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from pydantic import Field

from remit.domain.ledger import Entry, Kind
from remit.domain.model import JsonObject, Model
from remit.domain.price import Cost, Prices, cost_of

# Which field of an entry has the key of the intent that it is about.
_KEYS = ("key", "approval", "warrant", "undoes")


class Event(Model):
    """An entry, with its place in the chain and what it says."""

    seq: int
    at: datetime
    kind: Kind
    hash: str
    body: JsonObject


class ModelCall(Model):
    """`facts` are the versions it was shown, `archived` where its whole input and output are kept; `cost` is in dollars."""

    seq: int
    agent: str
    model: str
    prompt: JsonObject
    facts: tuple[JsonObject, ...]
    facts_left_out: tuple[JsonObject, ...]
    input_tokens: int | None
    output_tokens: int | None
    cost: float | None
    begun_at: datetime
    latency_ms: int
    proposal: JsonObject | None
    say: str | None
    archived: JsonObject | None


class ActionTrace(Model):
    """One governed action, by its intent's key; `call` is the model call that it came from. `others` are its remaining entries."""

    key: str
    agent: str
    tool: str
    step: str
    payload: JsonObject
    payload_digest: str
    proposed_at: datetime
    call: int | None
    decisions: tuple[Event, ...]
    refusals: tuple[Event, ...]
    approvals: tuple[Event, ...]
    warrant: Event | None
    execution: Event | None
    read_back: Event | None
    others: tuple[Event, ...]

    @property
    def outcome(self) -> str:
        """How it stands, in a word."""
        if self.read_back is not None:
            return str(self.read_back.body.get("verification"))
        if self.refusals:
            return str(self.refusals[-1].body.get("error"))
        return str(self.decisions[-1].body.get("outcome")) if self.decisions else "PROPOSED"


class Trace(Model):
    """`requester` and `delegator` are as the API verified them; `rest` has the entries that belong to no action and are no model call."""

    run: str
    workflow: str
    domain: str
    requester: str | None
    delegator: JsonObject | None
    input: JsonObject
    started_at: datetime
    ended_at: datetime | None
    outcome: str | None
    error: str | None
    calls: tuple[ModelCall, ...]
    actions: tuple[ActionTrace, ...]
    rest: tuple[Event, ...]
    cost: Cost = Field(default_factory=Cost)


def trace_of(entries: Sequence[Entry], prices: Prices) -> Trace:
    """Raises ValueError for a run without an entry."""
    if not entries:
        raise ValueError("a run has at least one entry")
    first = entries[0].body
    finished = next((entry for entry in entries if entry.kind is Kind.RUN_FINISHED), None)
    actions = _actions(entries)
    told = {event.seq for action in actions for event in _events_of(action)}
    calls = tuple(_call(entry, prices) for entry in entries if entry.kind is Kind.MODEL_CALLED)
    return Trace(
        run=entries[0].run,
        workflow=_text(first, "workflow"),
        domain=_text(first, "domain"),
        requester=_text(_object(first.get("requester")), "arn") or None,
        delegator=_object(first.get("delegator")) or None,
        input=_object(first.get("input")) or _object(first.get("intent")),
        started_at=entries[0].at,
        ended_at=None if finished is None else finished.at,
        outcome=None if finished is None else _text(finished.body, "outcome"),
        error=None if finished is None else _text(finished.body, "error") or None,
        calls=calls,
        actions=actions,
        rest=tuple(_event(entry) for entry in entries if entry.kind is not Kind.MODEL_CALLED and not _is_told(entry, told)),
        cost=cost_of(entries, prices),
    )


def _is_told(entry: Entry, told: set[int]) -> bool:
    return entry.seq in told or entry.kind is Kind.INTENT_PROPOSED


def _actions(entries: Sequence[Entry]) -> tuple[ActionTrace, ...]:
    proposed: dict[str, Entry] = {}
    about: dict[str, list[Event]] = {}
    calls: dict[str, int] = {}
    for before, entry in zip((None, *entries), entries, strict=False):
        key = _key(entry)
        if entry.kind is Kind.INTENT_PROPOSED and key not in proposed:
            proposed[key], about[key] = entry, []
            if before is not None and before.kind is Kind.MODEL_CALLED and before.body.get("proposal"):
                calls[key] = before.seq
        elif key in about:
            about[key].append(_event(entry))
    return tuple(_action(key, entry, about[key], calls.get(key)) for key, entry in proposed.items())


def _action(key: str, proposed: Entry, about: Sequence[Event], call: int | None) -> ActionTrace:
    by_kind = {kind: tuple(event for event in about if event.kind is kind) for kind in Kind}
    approvals = tuple(event for event in about if event.kind.startswith("approval."))
    named = {Kind.DECISION_MADE, Kind.INTENT_REFUSED, Kind.WARRANT_MINTED, Kind.ACTION_EXECUTED, Kind.OUTCOME_VERIFIED}
    body = proposed.body
    return ActionTrace(
        key=key,
        agent=_text(body, "agent"),
        tool=_text(body, "tool"),
        step=_text(body, "step"),
        payload=_object(body.get("payload")),
        payload_digest=_text(body, "payload_digest"),
        proposed_at=proposed.at,
        call=call,
        decisions=by_kind[Kind.DECISION_MADE],
        refusals=by_kind[Kind.INTENT_REFUSED],
        approvals=approvals,
        warrant=_last(by_kind[Kind.WARRANT_MINTED]),
        execution=_last(by_kind[Kind.ACTION_EXECUTED]),
        read_back=_last(by_kind[Kind.OUTCOME_VERIFIED]),
        others=tuple(event for event in about if event.kind not in named and event not in approvals),
    )


def _events_of(action: ActionTrace) -> Iterable[Event]:
    yield from (*action.decisions, *action.refusals, *action.approvals, *action.others)
    yield from (event for event in (action.warrant, action.execution, action.read_back) if event is not None)


def _call(entry: Entry, prices: Prices) -> ModelCall:
    body = entry.body
    usage, latency = _object(body.get("usage")), _whole(body.get("latency_ms")) or 0
    read, written = _whole(usage.get("input_tokens")), _whole(usage.get("output_tokens"))
    model, begun = _text(body, "model"), entry.at - timedelta(milliseconds=latency)
    return ModelCall(
        seq=entry.seq,
        agent=_text(body, "agent"),
        model=model,
        prompt=_object(body.get("prompt")),
        facts=_objects(body.get("facts")),
        facts_left_out=_objects(body.get("facts_left_out")),
        input_tokens=read,
        output_tokens=written,
        cost=prices.tokens(model, read or 0, written or 0),
        begun_at=_time(body.get("begun_at")) or begun,
        latency_ms=latency,
        proposal=_object(body.get("proposal")) or None,
        say=_text(body, "say") or None,
        archived=_object(body.get("archived")) or None,
    )


def _event(entry: Entry) -> Event:
    return Event(seq=entry.seq, at=entry.at, kind=entry.kind, hash=entry.hash, body=entry.body)


def _key(entry: Entry) -> str:
    """Warrants and approvals have their intent's key for an id."""
    return next((str(entry.body[name]) for name in _KEYS if entry.body.get(name)), "")


def _last(events: tuple[Event, ...]) -> Event | None:
    return events[-1] if events else None


def _text(body: JsonObject, name: str) -> str:
    value = body.get(name)
    return "" if value is None else str(value)


def _object(value: object) -> JsonObject:
    return value if isinstance(value, dict) else {}


def _objects(value: object) -> tuple[JsonObject, ...]:
    return tuple(each for each in value if isinstance(each, dict)) if isinstance(value, list) else ()


def _whole(value: Any) -> int | None:  # noqa: ANN401 (whatever a body holds)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _time(value: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(value))
    except ValueError:
        return None
