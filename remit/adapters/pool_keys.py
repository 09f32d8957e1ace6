"""The keys by which a user pool signs, fetched and kept for a while."""

from collections.abc import Callable
from datetime import datetime, timedelta

import urllib3
from jwt import PyJWK, PyJWKSet
from jwt.exceptions import PyJWTError

from remit.domain.errors import Unavailable
from remit.ports import Clock

# What was fetched is believed for this long, and then has to be fetched again: a key that the pool took back is not believed for ever.
_KEEP_FOR = timedelta(hours=1)
# A key that is not known may be a new one; whoever makes such keys up does not make us ask more often than this.
_ASK_AGAIN_AFTER = timedelta(minutes=1)
_TIMEOUT = urllib3.Timeout(connect=2, read=3)
_LARGEST_BYTES = 100_000

Fetch = Callable[[], bytes]


class PoolKeys:
    """The public keys of one pool, by their ids."""

    def __init__(self, fetch: Fetch, clock: Clock) -> None:
        self._fetch, self._clock = fetch, clock
        self._keys: dict[str, PyJWK] = {}
        self._fetched_at: datetime | None = None
        self._asked_at: datetime | None = None

    def key(self, kid: str) -> PyJWK | None:
        """None if the pool has no such key. Raises Unavailable while the pool's keys cannot be told."""
        now = self._clock.now()
        if self._fetched_at is None or now - self._fetched_at >= _KEEP_FOR or (kid not in self._keys and self._may_ask(now)):
            self._refresh(now)
        return self._keys.get(kid)

    def _may_ask(self, now: datetime) -> bool:
        return self._asked_at is None or now - self._asked_at >= _ASK_AGAIN_AFTER

    def _refresh(self, now: datetime) -> None:
        self._asked_at = now
        found = _parsed(self._fetch())
        self._keys, self._fetched_at = found, now


def fetch_from(url: str) -> Fetch:
    """Fetches raise Unavailable."""

    def fetch() -> bytes:
        try:
            answer = urllib3.request("GET", url, timeout=_TIMEOUT, retries=False, redirect=False, preload_content=False)
            body: bytes = answer.read(_LARGEST_BYTES)
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise Unavailable(f"The user pool's keys cannot be fetched: {type(error).__name__}") from error
        if answer.status != 200:  # noqa: PLR2004 (HTTP's OK)
            raise Unavailable(f"The user pool's keys cannot be fetched: it answered {answer.status}")
        return body

    return fetch


def _parsed(body: bytes) -> dict[str, PyJWK]:
    try:
        return {key.key_id: key for key in PyJWKSet.from_json(body.decode()).keys if key.key_id}
    except (PyJWTError, ValueError, TypeError, AttributeError, KeyError) as error:
        raise Unavailable("The user pool's keys cannot be read: they are no key set.") from error
