"""Times in microseconds, and what is told of many of them."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from statistics import quantiles


@dataclass(slots=True)
class Times:
    """Samples of one thing."""

    samples: list[float] = field(default_factory=list)

    def take(self, calls: Iterable[Callable[[], object]]) -> None:
        for call in calls:
            start = time.perf_counter_ns()
            call()
            self.samples.append((time.perf_counter_ns() - start) / 1000)

    @property
    def p50(self) -> float:
        return quantiles(self.samples, n=100)[49]

    @property
    def p99(self) -> float:
        return quantiles(self.samples, n=100)[98]
