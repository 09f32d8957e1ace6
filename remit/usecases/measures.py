"""What a ledger entry adds to the metrics: what is counted is what was recorded, and nothing else."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from remit.domain import measure as of
from remit.domain.decision import Outcome
from remit.domain.ledger import Entry, Kind
from remit.domain.measure import Measure, Metric
from remit.domain.price import Prices, cost_of
from remit.domain.warrant import Verification
from remit.ports import Meter, Witness

Body = Mapping[str, Any]
_UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Counting(Witness):
    """Counts what it sees. `agents` are those of the charter: an intent can name any. `prices` is asked where a model was."""

    meter: Meter
    agents: frozenset[str] = frozenset()
    prices: Callable[[], Prices] | None = None

    def appended(self, entries: Sequence[Entry]) -> None:
        for entry in entries:
            try:
                found = (*measures(entry, self.agents), *self._money(entry))
            except Exception:  # noqa: BLE001 - what cannot be counted has been recorded all the same, and is to be acted on
                found = (Measure(of.UNCOUNTED, 1, {"Kind": entry.kind.value}),)
            for measure in found:
                self.meter.add(measure)

    def _money(self, entry: Entry) -> Iterator[Measure]:
        if entry.kind is Kind.MODEL_CALLED and self.prices is not None:
            spent = cost_of([entry], self.prices()).tokens
            yield Measure(of.MODEL_COST, spent, {"Agent": _text(entry.body, "agent"), "Model": _text(entry.body, "model")})

    def conflicted(self) -> None:
        self.meter.add(Measure(of.CONFLICTS, 1, {}))


def measures(entry: Entry, agents: frozenset[str] = frozenset()) -> Iterator[Measure]:
    """In the order of the entry's fields; what an entry does not say is not counted."""
    body = entry.body
    if entry.kind is Kind.INTENT_REFUSED:
        yield from _refused(body, agents)
    elif entry.kind in _MEASURED:
        yield from _MEASURED[entry.kind](body)


def _decided(body: Body) -> Iterator[Measure]:
    outcome = _text(body, "outcome")
    yield _count(of.DECISIONS, Outcome=outcome, Agent=_text(body, "agent"), Tool=_text(body, "tool"))
    for reason in body.get("reasons") or ():
        yield _count(of.DECIDED_BY, Policy=_text(reason, "policy"), Outcome=outcome)
    if outcome == Outcome.DENY:
        yield _count(of.DENIALS, Agent=_text(body, "agent"))
    yield from _timed(of.DECISION_LATENCY, body, "latency_ms", Engine=_text(body, "engine"))
    yield from _tried(body)


def _tried(body: Body) -> Iterator[Measure]:
    """The trials of policies in shadow mode; that there was none is a value too."""
    trials = body.get("shadow") or ()
    flips, tool = sum("would" in trial for trial in trials), _text(body, "tool")
    yield Measure(of.SHADOW_FLIPS, flips, {"Tool": tool})
    yield Measure(of.SHADOW_ERRORS, len(trials) - flips, {"Tool": tool})


def _refused(body: Body, agents: frozenset[str]) -> Iterator[Measure]:
    agent = _text(body, "agent")
    yield _count(of.REFUSALS, Error=_text(body, "error"))
    yield _count(of.DENIALS, Agent=agent if agent in agents else _UNKNOWN)


def _asked(body: Body) -> Iterator[Measure]:
    yield _count(of.QUESTIONS, Route=_text(body, "route"))


def _answered(body: Body) -> Iterator[Measure]:
    route = _text(body, "route")
    yield _count(of.ANSWERS, Route=route, Status=_text(body, "status"))
    yield from _timed(of.APPROVAL_WAIT, body, "waited_seconds", Route=route)


def _undeliverable(body: Body) -> Iterator[Measure]:
    yield _count(of.UNDELIVERABLE, Route=_text(body, "route"))


def _verified(body: Body) -> Iterator[Measure]:
    tool, verification = _text(body, "tool"), _text(body, "verification")
    yield _count(of.OUTCOMES, Tool=tool, Verification=verification)
    yield Measure(of.UNVERIFIED_OUTCOMES, verification != Verification.MATCH, {"Tool": tool})
    yield from _timed(of.TOOL_LATENCY, body, "tool_ms", Tool=tool)
    yield from _timed(of.READ_BACK_LATENCY, body, "read_back_ms", Tool=tool)


def _called(body: Body) -> Iterator[Measure]:
    by = {"Agent": _text(body, "agent"), "Model": _text(body, "model")}
    usage = body.get("usage") or {}
    yield from _timed(of.MODEL_LATENCY, body, "latency_ms", **by)
    yield from _timed(of.INPUT_TOKENS, usage, "input_tokens", **by)
    yield from _timed(of.OUTPUT_TOKENS, usage, "output_tokens", **by)


def _finished(body: Body) -> Iterator[Measure]:
    yield _count(of.RUNS, Outcome=_text(body, "outcome"))


def _count(metric: Metric, **dimensions: str) -> Measure:
    return Measure(metric, 1, dimensions)


def _timed(metric: Metric, body: Body, field: str, **dimensions: str) -> Iterator[Measure]:
    value = body.get(field)
    if isinstance(value, int | float):
        yield Measure(metric, value, dimensions)


def _text(body: Body, field: str) -> str:
    # An empty dimension would not be kept.
    return str(body.get(field) or _UNKNOWN)


_MEASURED: Mapping[Kind, Callable[[Body], Iterator[Measure]]] = {
    Kind.DECISION_MADE: _decided,
    Kind.APPROVAL_REQUESTED: _asked,
    Kind.APPROVAL_DECIDED: _answered,
    Kind.APPROVAL_UNDELIVERABLE: _undeliverable,
    Kind.OUTCOME_VERIFIED: _verified,
    Kind.MODEL_CALLED: _called,
    Kind.RUN_FINISHED: _finished,
}
