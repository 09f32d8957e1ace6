"""When what of a run went on: each model call, decision, wait for a human, execution and read-back with its beginning and end."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from remit.domain.ledger import Kind
from remit.domain.trace import ActionTrace, Event, ModelCall, Trace


class Bar(NamedTuple):
    """`what` is one of run, model, decide, wait, tool, verify; `seq` the entry that it is told by."""

    what: str
    label: str
    begun: datetime
    ended: datetime
    seq: int


def bars(trace: Trace) -> list[Bar]:
    """In the order in which they began."""
    found = [*map(_model, trace.calls), *(bar for action in trace.actions for bar in _action(action))]
    return sorted(found, key=lambda bar: (bar.begun, bar.seq))


def _model(call: ModelCall) -> Bar:
    return Bar("model", f"{call.agent} asks {call.model}", call.begun_at, call.begun_at + timedelta(milliseconds=call.latency_ms), call.seq)


def _action(action: ActionTrace) -> Iterator[Bar]:
    for decision in action.decisions:
        took = _milliseconds(decision, "latency_ms")
        yield Bar("decide", f"{action.tool}: {decision.body.get('outcome')}", decision.at - took, decision.at, decision.seq)
    yield from _waits(action)
    if action.read_back is not None:
        told = action.read_back
        looked = told.at - _milliseconds(told, "read_back_ms")
        yield Bar("tool", action.tool, looked - _milliseconds(told, "tool_ms"), looked, told.seq)
        yield Bar("verify", f"{action.tool}: {told.body.get('verification')}", looked, told.at, told.seq)


def _waits(action: ActionTrace) -> Iterator[Bar]:
    """From each question to its answer; a question that nobody answered ends where it was asked."""
    for asked in action.approvals:
        if asked.kind is Kind.APPROVAL_REQUESTED:
            answers = [event for event in action.approvals if event.kind is Kind.APPROVAL_DECIDED]
            ended = answers[-1].at if answers else asked.at
            yield Bar("wait", f"{asked.body.get('route')} is asked", asked.at, ended, asked.seq)


def _milliseconds(event: Event, field: str) -> timedelta:
    value = event.body.get(field)
    return timedelta(milliseconds=value if isinstance(value, int | float) else 0)
