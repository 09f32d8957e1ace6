"""Time and randomness as the machine has them."""

import secrets
import time
from datetime import UTC, datetime

from remit.ports import Clock, Entropy

_TOKEN_BYTES = 32


class SystemClock(Clock):
    def now(self) -> datetime:
        return datetime.now(UTC)

    def pause(self, seconds: float) -> None:
        time.sleep(seconds)


class SystemEntropy(Entropy):
    def token(self) -> str:
        return secrets.token_urlsafe(_TOKEN_BYTES)
