"""Child processes that outlive their parent, and are known again by pid and start time."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict

_PROC = Path("/proc")
_GRACE_SECONDS = 3.0
# Kept so that children which end while this process lives are reaped and do not count as running.
_children: list[subprocess.Popen[bytes]] = []


class Process(BaseModel):
    """A process that leads its own session; the start time tells it from a later one with a recycled pid."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    pid: int
    started: str


def spawn(name: str, arguments: Sequence[str], env: Mapping[str, str], cwd: Path, log: Path) -> Process:
    """Start `python -m <arguments>` in a session of its own, writing to `log`."""
    with log.open("wb") as output:
        child = subprocess.Popen(  # noqa: S603 (this interpreter and our own modules)
            [sys.executable, "-m", *arguments],
            env=dict(env),
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    _children.append(child)
    return Process(name=name, pid=child.pid, started=_started(child.pid))


def is_running(process: Process) -> bool:
    """Whether this very process still runs."""
    _reap()
    return process.pid in _running() and _started(process.pid) == process.started


def stop(processes: Sequence[Process]) -> bool:
    """End the processes and all that they started; tells whether any was running."""
    groups = {process.pid for process in processes if is_running(process)}
    for number in (signal.SIGTERM, signal.SIGKILL):
        _signal(groups, number)
        wait_until(lambda: not _members(groups), _GRACE_SECONDS)
    return bool(groups)


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Poll until the condition holds or the time is up."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def _reap() -> None:
    for child in _children:
        child.poll()


def _signal(groups: set[int], number: signal.Signals) -> None:
    for group in _members(groups):
        try:
            os.killpg(group, number)
        except ProcessLookupError:
            continue


def _members(groups: set[int]) -> set[int]:
    """Those of the process groups that still have a running process."""
    _reap()
    return groups & set(_running().values())


def _running() -> dict[int, int]:
    """Every process that is not a zombie, with its process group."""
    rows = _proc_rows() if _PROC.exists() else _ps_rows()
    return {int(pid): int(group) for pid, group, status in rows if not status.startswith("Z")}


def _proc_rows() -> list[tuple[str, str, str]]:
    fields = {entry.name: _stat(entry.name) for entry in _PROC.iterdir() if entry.name.isdigit()}
    return [(pid, row[2], row[0]) for pid, row in fields.items() if row]


def _ps_rows() -> list[tuple[str, str, str]]:
    lines = _ps("-A", "-o", "pid=,pgid=,stat=").splitlines()
    return [(pid, group, status) for pid, group, status in (line.split() for line in lines)]


def _stat(pid: str) -> list[str]:
    """The fields of /proc/<pid>/stat after the command's name (status, parent, group, …), none if it has ended."""
    try:
        return (_PROC / pid / "stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []


def _started(pid: int) -> str:
    if not _PROC.exists():
        return _ps("-o", "lstart=", "-p", str(pid)).strip()
    fields = _stat(str(pid))
    return fields[19] if fields else ""


def _ps(*arguments: str) -> str:
    """The process table where there is no /proc."""
    return subprocess.run(["/bin/ps", *arguments], check=False, capture_output=True, text=True).stdout  # noqa: S603 (fixed arguments)
