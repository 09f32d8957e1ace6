"""Programs that Remit calls: their output goes to a log, and nothing of them is left running. Standard library only."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import BinaryIO

_GRACE_SECONDS = 5.0
_BEAT_SECONDS = 0.1


def run(
    command: Sequence[str | Path], log: Path, beat: Callable[[], None], env: Mapping[str, str] | None = None, cwd: Path | None = None
) -> int:
    """Run to the end and return the exit code; `beat` is called some ten times a second meanwhile."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output, _child(command, output, env, cwd) as child:
        while child.poll() is None:
            beat()
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(_BEAT_SECONDS)
    return child.returncode


def tail(log: Path, lines: int) -> list[str]:
    """The last lines of a log that say something."""
    said = [line.rstrip() for line in log.read_text(errors="replace").splitlines()] if log.exists() else []
    return [line for line in said if line][-lines:]


def ended_by_signals() -> None:
    """Have SIGTERM and SIGHUP unwind as Ctrl-C does, so that children are ended and nothing is left half done."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _exit)


def _exit(number: int, _: FrameType | None) -> None:
    sys.exit(128 + number)


@contextlib.contextmanager
def _child(
    command: Sequence[str | Path], output: BinaryIO, env: Mapping[str, str] | None, cwd: Path | None
) -> Iterator[subprocess.Popen[bytes]]:
    # A session of its own: Ctrl-C reaches this process alone, which then ends the child with everything it started.
    child = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, env=env, cwd=cwd, start_new_session=True
    )
    try:
        yield child
    except BaseException:
        _end(child)
        raise


def _end(child: subprocess.Popen[bytes]) -> None:
    # A second Ctrl-C must not leave behind what the first one came to end.
    previous = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        for number in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(_GRACE_SECONDS)
    finally:
        signal.signal(signal.SIGINT, previous)
