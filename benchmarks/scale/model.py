"""Where 10,000 governed actions a second break: the quotas they meet in order, on paper, and by simulation."""

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

TARGET = 10_000
_TABLE = Path(__file__).with_name("quotas.json")
_TICK = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """A service takes `rate` a second, and `burst` at once, in each of `shards`; one action takes `each` of it."""

    name: str
    rate: float
    burst: float
    each: float
    shards: int = 1
    moved_by: str
    source: str

    @property
    def actions(self) -> float:
        """A second, if the actions are spread evenly over the shards."""
        return self.rate * self.shards / self.each


@dataclass(frozen=True, slots=True)
class Passed:
    """What a stage let through a second at the end of a simulation, and what waited before it then."""

    quota: Quota
    per_second: float
    waiting: int


def quotas(domains: int, agents: int) -> tuple[Quota, ...]:
    """As deployed, with AWS's defaults for a large region, in the order in which an action meets them.

    The demands of an action are those of the README of cloud_calls; its 1.2 seconds of Lambda are a guess for AWS.
    """
    shards = {"one": 1, "domains": domains, "agents": agents}
    return tuple(Quota(**{**each, "shards": shards[each["shards"]]}) for each in json.loads(_TABLE.read_text(encoding="utf-8")))


def raised(stages: Sequence[Quota], target: float = TARGET) -> tuple[Quota, ...]:
    """The same with every quota that is too low brought to a tenth above what the target takes."""
    return tuple(
        stage if stage.actions >= target else replace(stage, rate=1.1 * target * stage.each / stage.shards, burst=1.1 * target * stage.each)
        for stage in stages
    )


def simulate(stages: Sequence[Quota], per_second: float = TARGET, seconds: int = 60, seed: int = 1) -> tuple[Passed, ...]:
    """Arrivals at random; each stage is a bucket of tokens, and what finds none waits before it, in order and for ever.

    Over all shards together, evenly: a shard that is hotter than the others breaks earlier.
    """
    pick, last = random.Random(seed), max(seconds - 10, 0) / _TICK  # noqa: S311 - the same arrivals in every run
    tokens, waiting, passed = [stage.burst * stage.shards for stage in stages], [0.0] * len(stages), [0.0] * len(stages)
    for tick in range(round(seconds / _TICK)):
        arriving = max(0.0, pick.gauss(per_second * _TICK, (per_second * _TICK) ** 0.5))
        for place, stage in enumerate(stages):
            # What the bucket holds now; it never holds more than its burst.
            tokens[place] = min(stage.burst * stage.shards, tokens[place] + stage.rate * stage.shards * _TICK)
            waiting[place] += arriving
            arriving = min(waiting[place], tokens[place] / stage.each)
            waiting[place] -= arriving
            tokens[place] -= arriving * stage.each
            passed[place] += arriving if tick >= last else 0
    return tuple(Passed(stage, passed[place] / min(seconds, 10), round(waiting[place])) for place, stage in enumerate(stages))
