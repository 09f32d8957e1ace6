"""Everything timed in one run, as the tables of the README."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from aws_cdk import App

from app import compose
from benchmarks.environment import PeerError
from benchmarks.peers import ask_peer
from benchmarks.policy.bundle import Cost, lambda_runtime, least_costs
from benchmarks.policy.corpus import ALLOWED, ESCALATED, SIZES, intents, policies
from benchmarks.policy.subjects import Calls, PlainSubject, RemitSubject
from benchmarks.policy.timing import Times
from benchmarks.results import measured_on
from remit.domain.decision import Outcome

README = Path(__file__).resolve().parent / "README.md"
_ROUNDS = 20
_A_ROUND = 150
# The slow ones are asked less, so that a run stays short.
_SLOW_ROUND = 15


@dataclass(slots=True)
class Line:
    """One size: what is asked, and how long it took."""

    policies: int
    remit: Calls
    escalated: Calls
    plain: Calls
    remit_times: Times = field(default_factory=Times)
    escalated_times: Times = field(default_factory=Times)
    plain_times: Times = field(default_factory=Times)
    first_times: Times = field(default_factory=Times)
    peer_times: Times = field(default_factory=Times)


def results() -> str:
    lines = [_line(size) for size in SIZES]
    # Round by round through all sizes, so that whatever else the machine does falls on each of them.
    for number in range(_ROUNDS):
        for line in lines:
            _round(line, number)
    cedar = _peers(lines)
    return "\n".join([*_table(lines), "", *_remarks(lines, cedar), "", *_bundle(), ""])


def _line(size: int) -> Line:
    texts = policies(size)
    remit, plain, count = RemitSubject(texts), PlainSubject(texts), _ROUNDS * _A_ROUND
    asked = intents(size, ALLOWED, seed=size, count=count)
    first = Times()
    once = {(intent.agent, intent.tool): intent for intent in asked[:300]}
    first.take([partial(remit.decide, intent) for intent in once.values()])
    return Line(
        policies=size,
        remit=remit.calls(asked, Outcome.ALLOW),
        escalated=remit.calls(intents(size, ESCALATED, seed=size, count=_ROUNDS * _SLOW_ROUND), Outcome.ESCALATE),
        plain=plain.calls(intents(size, ALLOWED, seed=size, count=_ROUNDS * _SLOW_ROUND)),
        first_times=first,
    )


def _round(line: Line, number: int) -> None:
    some = slice(number * _SLOW_ROUND, (number + 1) * _SLOW_ROUND)
    line.remit_times.take(line.remit[number * _A_ROUND : (number + 1) * _A_ROUND])
    line.escalated_times.take(line.escalated[some])
    line.plain_times.take(line.plain[some])


def _peers(lines: list[Line]) -> str:
    cedar = "not run"
    for line in lines:
        try:
            told = ask_peer("benchmarks.policy.peer", {"policies": line.policies, "count": _ROUNDS * _SLOW_ROUND})
        except PeerError as error:
            return f"not run: {error}"
        line.peer_times, cedar = Times(told["times"]), str(told["cedar"])
    return cedar


def _table(lines: list[Line]) -> Iterator[str]:
    yield "| policies | Remit p50 | Remit p99 | first p50 | escalated p50 | cedarpy p50 | cedarpy p99 | agent-os p50 | agent-os p99 |"
    yield "|---:|---:|---:|---:|---:|---:|---:|---:|---:|"
    for line in lines:
        remit, plain, other = line.remit_times, line.plain_times, line.peer_times
        cells = [
            remit.p50,
            remit.p99,
            line.first_times.p50,
            line.escalated_times.p50,
            plain.p50,
            plain.p99,
            *((other.p50, other.p99) if other.samples else ()),
        ]
        yield f"| {line.policies:,} | " + " | ".join(f"{cell:,.0f}" for cell in cells) + " |"


def _remarks(lines: list[Line], cedar: str) -> Iterator[str]:
    by_size = {line.policies: line for line in lines}
    base, most = by_size[10].remit_times, by_size[10_000].remit_times
    yield "Microseconds. As ratios, which is what carries over to another machine:"
    yield ""
    yield f"- 10,000 policies against 10: {most.p50 / base.p50:.2f} × at p50, {most.p99 / base.p99:.2f} × at p99."
    for size in (1_000, 10_000):
        yield from _against(by_size[size])
    yield f"- The peer's Cedar backend, with the cedarpy of this repository: {cedar}."
    yield f"- {measured_on('cedarpy', 'pydantic')} The peer is agent-os-kernel 3.7.0."


def _against(line: Line) -> Iterator[str]:
    remit, plain, other = line.remit_times.p50, line.plain_times.p50, line.peer_times
    told = f"- {line.policies:,} policies, p50: cedarpy over the whole set takes {plain / remit:.1f} × as long as Remit"
    yield told + (f", the peer's evaluator {other.p50 / remit:.1f} ×." if other.samples else ".")


def _bundle() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as scratch:
        folders = [_gate(Path(scratch)), lambda_runtime(_new(scratch, "runtime"))]
        modules = ["boto3", "lambdas.gate.handler", "cedarpy"]
        costs = least_costs(modules, folders, _new(scratch, "compiled"))
    base = costs["boto3"].seconds
    yield "| import, in a fresh process | CPU | of boto3's | resident |"
    yield "|---|---:|---:|---:|"
    for module, cost in costs.items():
        yield _import(module, cost, base)


def _import(module: str, cost: Cost, base: float) -> str:
    return f"| `{module}` | {cost.seconds * 1000:.0f} ms | {cost.seconds / base:.2f} × | {cost.memory / 1e6:.0f} MB |"


def _gate(scratch: Path) -> Path:
    """The gate's bundle as it would be deployed here."""
    app = App(outdir=str(scratch / "cdk.out"), context={"stage": "local", "aws:cdk:bundling-stacks": ["remit-local-refunds"]})
    compose(app)
    app.synth()
    (found,) = (scratch / "cdk.out").glob("asset.*/lambdas/gate")
    return found.parents[1]


def _new(scratch: str, name: str) -> Path:
    folder = Path(scratch) / name
    folder.mkdir()
    return folder
