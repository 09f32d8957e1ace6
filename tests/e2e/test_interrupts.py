"""Ctrl-C leaves no process behind, and leaves alone what ran before."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from remit.local import cloud
from tests.e2e.conftest import REPOSITORY, checkout

pytestmark = pytest.mark.vouched("ministack")

pytestmark = pytest.mark.skipif(not Path("/proc").exists(), reason="looks for processes in /proc")
UP = [sys.executable, "-c", "from remit.cli.main import main; main()", "up", "--port", "0"]


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Path]:
    yield checkout(tmp_path)
    cloud.down(tmp_path)


def processes_of(root: Path) -> list[str]:
    """The command lines of the processes that work in this folder or were told about it."""
    found = []
    for process in Path("/proc").iterdir():
        try:
            command = (process / "cmdline").read_text().replace("\0", " ")
            cwd = str((process / "cwd").readlink())
        except OSError:
            continue
        if process.name != str(os.getpid()) and (str(root) in command or cwd.startswith(str(root))):
            found.append(command)
    return found


def interrupt_up(root: Path, moment: Callable[[], bool]) -> int:
    """`remit up`, interrupted once the moment has come, also where whoever runs the tests ignores interruptions: a child inherits that."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    program = subprocess.Popen(UP, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
    deadline = time.monotonic() + 60
    while not moment() and time.monotonic() < deadline:
        time.sleep(0.05)
    program.send_signal(signal.SIGINT)
    program.communicate(timeout=30)
    return program.returncode


@pytest.mark.parametrize("begun", ["log/cloud.log", "log/cdk-bootstrap.log", "log/cdk-deploy.log", "cdk.out"])
def test_an_interrupted_start_leaves_no_process(fresh: Path, begun: str) -> None:
    assert interrupt_up(fresh, (fresh / ".remit" / begun).exists) == 130
    assert processes_of(fresh) == []
    assert cloud.current(fresh) is None


def test_a_cloud_that_ran_before_stays(state: cloud.CloudState) -> None:
    root = state.log_dir.parents[1]
    log = state.log_dir / "cdk-deploy.log"
    log.unlink()
    assert interrupt_up(root, log.exists) == 130
    assert cloud.current(root) == state
    assert not [command for command in processes_of(root) if "cdk" in command or str(REPOSITORY / "app.py") in command]
