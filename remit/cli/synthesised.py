"""Synthesised templates for static checks: what IAM will let the agents reach, beside what their charters say."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from remit.charters import load_charters
from remit.cli.errors import CliError
from remit.domain.finding import Finding
from remit.names import Names
from remit.reach import Cell, compare

_CORE = re.compile(r"remit-(.+)-core\.template\.json")


def iam_findings(root: Path, folder: Path) -> tuple[Finding, ...]:
    """Every cell that IAM reaches and no charter gives, and the reverse. `folder` is where `cdk synth` wrote one stage."""
    charters = load_charters(root / "charters")
    templates = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.template.json"))]
    difference = compare(charters, templates, Names(_stage(folder)))
    return (*_beyond(folder, difference.beyond), *_short(folder, difference.short))


def _stage(folder: Path) -> str:
    stages = [found[1] for path in folder.glob("*.template.json") if (found := _CORE.fullmatch(path.name))]
    if len(stages) != 1:
        raise CliError(f"There is not one stage's synthesis in {folder}: run 'cdk synth -c stage=…' first.")
    return stages[0]


def _beyond(folder: Path, cells: tuple[Cell, ...]) -> Iterator[Finding]:
    for cell in cells:
        yield _finding(folder, "iam-beyond-charter", f"{cell.role} reaches {cell.action} on {cell.of}, which no charter gives it")


def _short(folder: Path, cells: tuple[Cell, ...]) -> Iterator[Finding]:
    for cell in cells:
        yield _finding(folder, "iam-short-of-charter", f"{cell.role} does not reach {cell.action} on {cell.of}, which its charter gives")


def _finding(folder: Path, rule: str, what: str) -> Finding:
    return Finding(file=str(folder), line=1, rule=rule, what=what, todo="Synthesise again, or mend the stack that grants it")
