"""docs/first-agent.md, typed as it stands: every command, with the output and the exit code that the page shows."""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from remit.cli.demo.world import Question, World
from remit.cli.target import exempt_this_machine
from remit.local import cloud
from tests.e2e.conftest import REPOSITORY
from tests.e2e.project import copied

pytestmark = pytest.mark.vouched("ministack")

PAGE = REPOSITORY / "docs" / "first-agent.md"
_BLOCK = re.compile(r"```sh\n(.*?)```(?:\s*```text\n(.*?)```)?", re.DOTALL)
_EXIT = re.compile(r"# exit code (\d)")
_RUN = re.compile(r"run-[0-9a-f]{32}")


class Step(NamedTuple):
    """A block of commands, the exit code of its last one, and the lines that the page shows of its output."""

    commands: str
    code: int
    shown: tuple[str, ...]


def steps() -> Iterator[Step]:
    for commands, shown in _BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        ends = _EXIT.search(commands)
        yield Step(commands, int(ends[1]) if ends else 0, tuple(line for line in shown.splitlines() if line.strip("… ")))


def missing(step: Step, output: str) -> list[str]:
    """What the page shows and the commands did not print; … stands for anything."""
    patterns = {line: ".*".join(map(re.escape, line.split("…"))) for line in step.shown}
    return [line for line, pattern in patterns.items() if not re.search(pattern, output)]


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Path]:
    exempt_this_machine(os.environ)
    try:
        yield copied(tmp_path, "refunds")
    finally:
        cloud.down(tmp_path)


def test_every_command_of_the_first_agents_page_does_what_it_shows(project: Path) -> None:
    # The first is what made the environment that this runs in.
    installs, *rest = steps()
    assert installs.commands == "make install\n"
    assert len(rest) > 10
    run = ""
    for step in rest:
        if "remit trace RUN" in step.commands:
            approve(project, run)
        done = typed(step.commands.replace("RUN", run), project)
        assert (done.returncode, missing(step, done.stdout)) == (step.code, []), done.stdout + done.stderr
        run = next(iter(_RUN.findall(done.stdout)), run)


def typed(commands: str, project: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PATH": f"{project / '.venv' / 'bin'}:{os.environ['PATH']}", "COLUMNS": "160"}
    return subprocess.run(["bash", "-c", commands], cwd=project, env=environment, capture_output=True, text=True, check=False)


def approve(project: Path, run: str) -> None:
    """What a person does: open the link of the mail, and send the form."""
    state = cloud.current(project)
    assert state is not None
    world = World(state)
    waiting: Question = world.question(run)[1]
    world.answer(waiting, "approve", "Fine.")
    assert world.ended(run).act.outcome == "DONE"
    assert world.row("tickets", "records", "record_id", "R-2")["status"] == "closed"
