"""Commands as steps: a line for each, with the time it took. Standard library only."""

import itertools
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from remit.cli import processes

_FRAMES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"


class StepFailed(Exception):
    """A command ended badly; its output is the end of `log`."""

    def __init__(self, title: str, log: Path) -> None:
        super().__init__(f"{title} failed")
        self.title = title
        self.log = log


def run(title: str, command: Sequence[str | Path], log: Path) -> None:
    """Run a command to its end. Raises StepFailed if it ends with another code than 0."""
    started, frames = time.monotonic(), itertools.cycle(_FRAMES)

    def beat() -> None:
        if sys.stdout.isatty():
            _line(next(frames), title, started, "")

    code = processes.run(command, log, beat)
    _line("✘" if code else "✔", title, started, "\n")
    if code:
        raise StepFailed(title, log)


def _line(mark: str, title: str, started: float, end: str) -> None:
    back = "\r" if sys.stdout.isatty() else ""
    print(f"{back}{mark} {title:<44} {time.monotonic() - started:6.1f} s", end=end, flush=True)
