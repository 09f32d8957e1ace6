"""A run as one page that stands by itself: in plain words, as a waterfall, and as the record with its hashes."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from math import log2
from typing import NamedTuple

from remit.domain.ledger import Entry, Kind
from remit.domain.model import JsonObject
from remit.domain.price import Cost
from remit.domain.trace import ActionTrace, ModelCall, Trace
from remit.domain.visible import exact, visible
from remit.domain.waterfall import Bar, bars
from remit.pages.render import page
from remit.pages.story import closing, opening, told

_NARROWEST = 0.4


class Drawn(NamedTuple):
    """A bar in percent of the width."""

    bar: Bar
    left: float
    width: float
    took: str


def trace_page(trace: Trace, entries: Sequence[Entry], *, home: str | None = None) -> str:
    """`home` is the address of the page that lists the runs, where there is one."""
    return page("trace.html", {**_view(trace), "entries": [_entry(entry) for entry in entries], "home": home})


def _view(trace: Trace) -> dict[str, object]:
    calls = {call.seq: call for call in trace.calls}
    gone = dict(_redacted(trace))
    return {
        "trace": trace,
        "opening": opening(trace),
        "closing": closing(trace),
        "input": exact(trace.input),
        "actions": [_action(action, calls.get(action.call or -1)) for action in trace.actions],
        "calls": [_call(call, gone) for call in trace.calls],
        "bars": drawn(bars(trace)),
        "cost": cost_line(trace.cost),
    }


def drawn(found: Sequence[Bar]) -> list[Drawn]:
    """The bars on an axis on which long stretches are shortened: an hour's wait would leave nothing of what took milliseconds."""
    places = _axis(sorted({moment for bar in found for moment in (bar.begun, bar.ended)}))
    return [_drawn(bar, places) for bar in found]


def cost_line(cost: Cost) -> str:
    return (
        f"{cost.input_tokens} + {cost.output_tokens} tokens ${cost.tokens:.6f}, AWS calls ${cost.aws:.6f}: ${cost.total:.6f}"
        f" for {cost.actions} governed {'action' if cost.actions == 1 else 'actions'}"
    )


def took(passed: timedelta) -> str:
    milliseconds = passed.total_seconds() * 1000
    if milliseconds < 1000:  # noqa: PLR2004 (a second)
        return f"{milliseconds:.0f} ms"
    seconds = round(milliseconds / 1000, 1)
    return f"{seconds} s" if seconds < 120 else f"{seconds / 60:.0f} min"  # noqa: PLR2004 (two minutes)


def _axis(moments: Sequence[datetime]) -> dict[datetime, float]:
    places, at = dict.fromkeys(moments[:1], 0.0), 0.0
    for before, after in pairwise(moments):
        at += log2(1 + (after - before) / timedelta(milliseconds=1))
        places[after] = at
    return {moment: 100 * place / at if at else 0.0 for moment, place in places.items()}


def _drawn(bar: Bar, places: dict[datetime, float]) -> Drawn:
    left, right = places[bar.begun], places[max(bar.begun, bar.ended)]
    width = max(right - left, _NARROWEST)
    return Drawn(bar, round(min(left, 100 - width), 2), round(width, 2), took(bar.ended - bar.begun))


def _action(action: ActionTrace, call: ModelCall | None) -> dict[str, object]:
    return {
        "tool": action.tool,
        "agent": action.agent,
        "outcome": action.outcome,
        "digest": action.payload_digest,
        "told": told(action, call),
    }


def _call(call: ModelCall, gone: Mapping[str, int]) -> dict[str, object]:
    prompt = call.prompt
    return {
        "seq": call.seq,
        "agent": call.agent,
        "model": call.model,
        "prompt": f"{prompt.get('name', '?')} {prompt.get('version', '')}",
        "digest": str(prompt.get("digest", "?"))[:12],
        "facts": [_fact(fact) for fact in call.facts],
        "tokens": f"{_known(call.input_tokens)} + {_known(call.output_tokens)}",
        "cost": "?" if call.cost is None else f"${call.cost:.6f}",
        "latency": f"{call.latency_ms} ms",
        "said": visible(str(call.say)) if call.say else _proposed(call.proposal),
        "archived": call.archived,
        "redacted": gone.get(str((call.archived or {}).get("input"))),
    }


def _redacted(trace: Trace) -> Iterator[tuple[str, int]]:
    """The transcripts that were taken away, each with the entry that says by whom and why."""
    for event in trace.rest:
        names = event.body.get("transcripts") if event.kind is Kind.TRANSCRIPT_REDACTED else None
        yield from ((str(name), event.seq) for name in (names if isinstance(names, list) else ()))


def _fact(fact: JsonObject) -> str:
    return visible(f"{fact.get('id')} version {fact.get('version')} ({fact.get('authority', 'authority unknown')})")


def _proposed(proposal: JsonObject | None) -> str:
    return f"proposes {proposal.get('tool')}" if proposal else "says nothing"


def _known(tokens: int | None) -> str:
    return "?" if tokens is None else str(tokens)


def _entry(entry: Entry) -> dict[str, object]:
    return {"seq": entry.seq, "at": f"{entry.at:%H:%M:%S.%f}"[:-3], "kind": entry.kind.value, "hash": entry.hash, "body": exact(entry.body)}
