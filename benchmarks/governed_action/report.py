"""Everything timed in one run, as the README's table."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.environment import PeerError
from benchmarks.governed_action.subject import Calls, Subject, warmed
from benchmarks.peers import ask_peer
from benchmarks.policy.timing import Times
from benchmarks.results import measured_on

README = Path(__file__).resolve().parent / "README.md"
PEER = "benchmarks.governed_action.peer"
SIZES = (10, 100, 1_000)
ACTIONS, WARM = 1_000, 100
_ROUNDS = 10
AIM_P99_MS, AIM_PER_SECOND = 0.4, 11_200


@dataclass(slots=True)
class Line:
    """One number of rules: what is asked, and the CPU time that each action took."""

    rules: int
    subject: Subject
    calls: Calls
    times: Times


def results() -> str:
    lines = [_line(rules) for rules in SIZES]
    each = ACTIONS // _ROUNDS
    # Round by round through all sizes, so that whatever else the machine does falls on each of them.
    for number in range(_ROUNDS):
        for line in lines:
            line.times.take(line.calls[number * each : (number + 1) * each], time.thread_time_ns)
    for line in lines:
        line.subject.check()
    peers = {line.rules: _peer(line.rules) for line in lines}
    return "\n".join([*_table(lines, peers), "", *_remarks(lines, peers), ""])


def _line(rules: int) -> Line:
    subject, calls = warmed(rules, ACTIONS, WARM)
    return Line(rules, subject, calls, Times())


def _peer(rules: int) -> dict[str, Times]:
    try:
        told = ask_peer(PEER, {"rules": rules, "count": ACTIONS})
    except PeerError as error:
        raise SystemExit(f"The peer does not run: {error}") from error
    return {name: Times(samples) for name, samples in told.items()}


def _table(lines: list[Line], peers: dict[int, dict[str, Times]]) -> Iterator[str]:
    yield "| rules | Remit p50 | Remit p99 | per second | agent-os, chained p50 | p99 | per second | agent-os, not chained p50 | p99 |"
    yield "|---:|---:|---:|---:|---:|---:|---:|---:|---:|"
    for line in lines:
        recorder, log = peers[line.rules]["recorder"], peers[line.rules]["log"]
        cells = [line.times.p50, line.times.p99, line.times.per_second, recorder.p50, recorder.p99, recorder.per_second, log.p50, log.p99]
        yield f"| {line.rules:,} | " + " | ".join(f"{cell:,.0f}" for cell in cells) + " |"


def _remarks(lines: list[Line], peers: dict[int, dict[str, Times]]) -> Iterator[str]:
    yield "Microseconds of CPU time; per second of it, in one process. As ratios, which is what carries over to another machine:"
    yield ""
    for line in lines:
        recorder, log = (peers[line.rules][name].p50 / line.times.p50 for name in ("recorder", "log"))
        yield f"- {line.rules:,} rules, p50: the peer takes {recorder:.2f} × Remit's time with its chained recorder, {log:.2f} × without."
    least = lines[0]
    yield (
        f"- The aim was p99 ≤ {AIM_P99_MS} ms and {AIM_PER_SECOND:,} a second in one process. With {least.rules} rules here: "
        f"{least.times.p99 / 1000:.2f} ms, {least.times.per_second:,.0f} a second."
    )
    yield f"- {measured_on('cedarpy', 'pydantic')} The peer is agent-os-kernel 3.7.0."
