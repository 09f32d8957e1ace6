from datetime import UTC, datetime, timedelta
from itertools import count

from remit.ports import Clock, Entropy

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


class FixedClock(Clock):
    """Time passes only when it is told to."""

    def __init__(self, now: datetime = NOON) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def pause(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)


class CountingEntropy(Entropy):
    def __init__(self) -> None:
        self._numbers = count(1)

    def token(self) -> str:
        return f"token-{next(self._numbers)}"
