"""Holding back interruptions while something must not be left half done."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def held_back() -> Iterator[Callable[[], None]]:
    """Keep Ctrl-C, SIGTERM and SIGHUP until the yielded function is called, or the block ends: that raises them."""
    arrived: list[int] = []

    def note(number: int, _: FrameType | None) -> None:
        arrived.append(number)

    def check() -> None:
        if arrived:
            raise KeyboardInterrupt if arrived[0] == signal.SIGINT else SystemExit(128 + arrived[0])

    if threading.current_thread() is not threading.main_thread():
        yield check
        return
    previous = [(number, signal.signal(number, note)) for number in _SIGNALS]
    try:
        yield check
    finally:
        for number, handler in previous:
            signal.signal(number, handler)
    check()
