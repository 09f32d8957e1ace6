import os
import signal
import sys
import time
from pathlib import Path

import pytest

from remit.cli import processes

SPAWNS_ANOTHER = "import subprocess, sys; p = subprocess.Popen(['sleep', '60']); print(p.pid, flush=True); p.wait()"


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return not Path(f"/proc/{pid}/stat").exists() or " Z " not in Path(f"/proc/{pid}/stat").read_text()


def test_the_output_is_in_the_log_and_the_exit_code_comes_back(tmp_path: Path) -> None:
    log = tmp_path / "new" / "log"
    assert processes.run([sys.executable, "-c", "print('said'); raise SystemExit(3)"], log, lambda: None) == 3
    assert processes.tail(log, 5) == ["said"]


def test_an_interruption_ends_the_program_and_what_it_started(tmp_path: Path) -> None:
    log = tmp_path / "log"

    def interrupt_once_it_runs() -> None:
        if processes.tail(log, 1):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        processes.run([sys.executable, "-c", SPAWNS_ANOTHER], log, interrupt_once_it_runs)
    grandchild = int(processes.tail(log, 1)[0])
    deadline = time.monotonic() + 5
    while alive(grandchild) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not alive(grandchild)


def test_ctrl_c_works_again_after_a_program_was_ended(tmp_path: Path) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        processes.run(["sleep", "60"], tmp_path / "log", interrupt)
    assert signal.getsignal(signal.SIGINT) is before


def test_a_log_that_is_not_there_has_no_last_lines(tmp_path: Path) -> None:
    assert processes.tail(tmp_path / "none", 3) == []
