"""One load as the README's table: what was answered, what was done, and what the functions had resident."""

import threading
from collections.abc import Iterator
from pathlib import Path
from statistics import quantiles

from benchmarks.load.clients import Told, load, orders
from benchmarks.load.effects import Effects, effects
from benchmarks.load.memory import descendants, resident
from benchmarks.results import measured_on
from remit.cli.demo.world import World

README = Path(__file__).resolve().parent / "README.md"
CLIENTS, SECONDS, APART = 50, 60, 2.0


class Watch:
    """The function that has most resident: after a third of the load, by when all are warm, and at its end."""

    def __init__(self, pid: int, after: float) -> None:
        self._pid, self.warm, self.end = pid, 0, 0
        self._timer = threading.Timer(after, self._warm)

    def __enter__(self) -> "Watch":
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        self.end = self._largest()

    def _warm(self) -> None:
        self.warm = self._largest()

    def _largest(self) -> int:
        return max((resident(child) for child in descendants(self._pid)), default=0)


def results(world: World, clients: int, seconds: int, apart: float) -> tuple[str, list[str]]:
    """The table, and what is wrong: nothing, where the load held."""
    world.seed({"refunds": orders(clients)})
    (server,) = (process.pid for process in world.state.processes if process.name == "cloud")
    with Watch(server, clients * apart + seconds / 3) as watch:
        told = load(world, clients, seconds, apart)
    found = effects(told, world, clients)
    text = "\n".join([*_table(told, found, watch, clients, seconds), "", measured_on("ministack", "pydantic"), ""])
    return text, [*told.broken, *found.lost, *found.doubled, *found.untold, *found.wrong]


def _table(told: Told, found: Effects, watch: Watch, clients: int, seconds: int) -> Iterator[str]:
    cuts = quantiles(told.seconds, n=100)
    yield f"| {clients} callers for {seconds} s | |"
    yield "|---|---:|"
    for outcome, count in told.outcomes.most_common():
        yield f"| answered {outcome} | {count:,} |"
    yield f"| answers of no contract | {len(told.broken)} |"
    yield f"| refunds that were paid | {found.paid:,} |"
    yield f"| lost: told DONE, and not paid | {len(found.lost)} |"
    yield f"| doubled: paid twice under one key | {len(found.doubled)} |"
    yield f"| paid, and told otherwise | {len(found.untold)} |"
    yield f"| orders that lost another sum than was paid | {len(found.wrong)} |"
    yield f"| answers a second | {len(told.seconds) / seconds:.1f} |"
    yield f"| seconds to an answer, p50 and p99 | {cuts[49]:.1f}, {cuts[98]:.1f} |"
    yield f"| the largest function, resident: after a third, at the end | {watch.warm / 1e6:.0f} MB, {watch.end / 1e6:.0f} MB |"
