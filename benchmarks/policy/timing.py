"""Times in microseconds, and what is told of many of them."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from statistics import quantiles


@dataclass(slots=True)
class Times:
    """Samples of one thing."""

    samples: list[float] = field(default_factory=list)

    def take(self, calls: Iterable[Callable[[], object]], clock: Callable[[], int] = time.perf_counter_ns) -> None:
        """`clock` tells nanoseconds."""
        for call in calls:
            start = clock()
            call()
            self.samples.append((clock() - start) / 1000)

    @property
    def per_second(self) -> float:
        """How many fit into a second, one after the other."""
        return 1e6 * len(self.samples) / sum(self.samples)

    @property
    def p50(self) -> float:
        return quantiles(self.samples, n=100)[49]

    @property
    def p99(self) -> float:
        return quantiles(self.samples, n=100)[98]
