"""Everything that CI checks, one line a stage; a stage's output is shown only when it fails."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from remit.cli import processes
from scripts import steps

_TYPED = ("remit", "stacks", "lambdas", "tools", "tests", "scripts", "app.py")
# These start servers or synthesise the stacks; all other tests run without a socket.
_WITH_SOCKETS = ("infrastructure", "local", "integration", "e2e", "redteam")
_SHOWN_LINES = 120


class Stage(NamedTuple):
    name: str
    command: Sequence[str | Path]


def stages(root: Path) -> list[Stage]:
    """What is checked, cheapest first."""
    programs = root / ".venv" / "bin"
    folders = [path for path in sorted((root / "tests").iterdir()) if any(path.glob("**/test_*.py"))]
    alone = [path for path in folders if path.name not in _WITH_SOCKETS]
    machines = sorted((root / "statemachines").glob("*.asl.json"))
    definitions = [argument for machine in machines for argument in ("--json-path", machine)]
    return [
        Stage("ruff", [programs / "ruff", "check", "."]),
        Stage("ruff format", [programs / "ruff", "format", "--check", "."]),
        Stage("mypy", [programs / "mypy", *_TYPED]),
        Stage("import contracts", [programs / "lint-imports"]),
        Stage("state machines", [root / "node_modules" / ".bin" / "asl-validator", "--no-arn-check", *definitions]),
        Stage("tests without sockets", [programs / "pytest", "--disable-socket", "--allow-unix-socket", *alone]),
        *(Stage(f"{path.name} tests", [programs / "pytest", path]) for path in _in_order(folders)),
    ]


def check(root: Path) -> list[str]:
    """Run all stages; the names of those that failed."""
    return [stage.name for stage in stages(root) if not _passes(stage, root)]


def _in_order(folders: list[Path]) -> list[Path]:
    return sorted((path for path in folders if path.name in _WITH_SOCKETS), key=lambda path: _WITH_SOCKETS.index(path.name))


def _passes(stage: Stage, root: Path) -> bool:
    try:
        steps.run(stage.name, stage.command, root / ".remit" / "check" / f"{stage.name.replace(' ', '-')}.log")
    except steps.StepFailed as failure:
        print("\n".join(processes.tail(failure.log, _SHOWN_LINES)), flush=True)
        return False
    return True


def main() -> None:
    processes.ended_by_signals()
    try:
        failed = check(Path.cwd())
    except KeyboardInterrupt:
        sys.exit(130)
    if failed:
        sys.exit(f"Failed: {', '.join(failed)}.")
    print("All checks passed.")


if __name__ == "__main__":
    main()
