"""Everything that CI checks, one line a stage; a stage's output is shown only when it fails."""

import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from remit.cli import processes
from scripts import browser, steps

_TYPED = ("remit", "stacks", "lambdas", "tools", "examples", "docs/guides", "benchmarks", "tests", "scripts", "app.py")
# These start servers or programs; all other tests run without a socket.
_WITH_SOCKETS = ("conformance", "infrastructure", "local", "browser", "integration", "e2e")
# These share nothing that takes long to make, so each processor runs a part of them.
_APART = ("-n", "auto", "--dist", "worksteal")
_SHOWN_LINES = 120
_OPEN_NUMBER = re.compile(r'("(?:\w*Seconds|Numeric\w+)":)\s*"\$\{\w+\}"')

# The words at the end of pytest's last line; an error in a fixture is a failure too.
_SUMMARY = re.compile(r"(\d+) (passed|failed|skipped|errors?)\b")
_ENDINGS = {"error": "failed", "errors": "failed"}


class Stage(NamedTuple):
    name: str
    command: Sequence[str | Path]


def stages(root: Path) -> list[Stage]:
    """What is checked, cheapest first."""
    programs = root / ".venv" / "bin"
    folders = [path for path in sorted((root / "tests").iterdir()) if any(path.glob("**/test_*.py"))]
    alone = [path for path in folders if path.name not in _WITH_SOCKETS]
    definitions = [argument for machine in _rendered(root) for argument in ("--json-path", machine)]
    return [
        Stage("ruff", [programs / "ruff", "check", "."]),
        Stage("ruff format", [programs / "ruff", "format", "--check", "."]),
        Stage("mypy", [programs / "mypy", *_TYPED]),
        Stage("import contracts", [programs / "lint-imports"]),
        Stage("state machines", [root / "node_modules" / ".bin" / "asl-validator", "--no-arn-check", *definitions]),
        Stage("tests without sockets", [programs / "pytest", *_APART, "--disable-socket", "--allow-unix-socket", *alone]),
        *(Stage(f"{path.name} tests", [programs / "pytest", *_shared_out(path), path]) for path in _in_order(folders)),
    ]


def check(root: Path, target: str | None) -> list[str]:
    """Run all stages, or on another target than our own cloud the end-to-end tests alone; the names of those that failed."""
    if target:
        os.environ["REMIT_E2E_TARGET"] = target
    asked = [stage for stage in stages(root) if not target or stage.name == "e2e tests"]
    return [*_without_a_browser(root), *(stage.name for stage in asked if not _passes(stage, root))]


def _without_a_browser(root: Path) -> list[str]:
    """Its absence is a failure, and no reason to leave out the rest."""
    try:
        browser.provide(root)
    except browser.NoBrowser as problem:
        print(problem, flush=True)
        return ["browser"]
    return []


def _rendered(root: Path) -> list[Path]:
    """The state machines with a number where the stacks put one in, which is the form that can be checked."""
    folder = root / ".remit" / "check" / "statemachines"
    folder.mkdir(parents=True, exist_ok=True)
    machines = {folder / path.name: path.read_text(encoding="utf-8") for path in sorted((root / "statemachines").glob("*.asl.json"))}
    for path, text in machines.items():
        path.write_text(_OPEN_NUMBER.sub(r"\1 1", text), encoding="utf-8")
    return list(machines)


def _log(stage: Stage, root: Path) -> Path:
    return root / ".remit" / "check" / f"{stage.name.replace(' ', '-')}.log"


def _in_order(folders: list[Path]) -> list[Path]:
    return sorted((path for path in folders if path.name in _WITH_SOCKETS), key=lambda path: _WITH_SOCKETS.index(path.name))


def _shared_out(folder: Path) -> tuple[str, ...]:
    return _APART if folder.name == "conformance" else ()


def _passes(stage: Stage, root: Path) -> bool:
    try:
        steps.run(stage.name, stage.command, _log(stage, root))
    except steps.StepFailed as failure:
        print("\n".join(processes.tail(failure.log, _SHOWN_LINES)), flush=True)
        return False
    return True


def counted(root: Path) -> str:
    """All tests of all stages by how they ended, in pytest's words."""
    closing = "\n".join("".join(processes.tail(_log(stage, root), 1)) for stage in stages(root) if "tests" in stage.name)
    totals = dict.fromkeys(("passed", "failed"), 0)
    for number, ending in _SUMMARY.findall(closing):
        totals[_ENDINGS.get(ending, ending)] = totals.get(_ENDINGS.get(ending, ending), 0) + int(number)
    return ", ".join(f"{number} {ending}" for ending, number in totals.items())


def main() -> None:
    processes.ended_by_signals()
    target = next(iter(sys.argv[1:]), None)
    try:
        failed = check(Path.cwd(), target)
    except KeyboardInterrupt:
        sys.exit(130)
    if not target:
        print(counted(Path.cwd()), flush=True)
    if failed:
        sys.exit(f"Failed: {', '.join(failed)}.")
    print("All checks passed.")


if __name__ == "__main__":
    main()
