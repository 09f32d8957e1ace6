"""State machines as they should not be, and as they could be too: each is one of the repository's with a few changes.

`python -m tests.statemachines.variants` prints what every wrong one is refused for.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict
from rich.console import Console
from rich.table import Table

from remit.charters import load_charter
from remit.cli.checkout import domains
from remit.domain.finding import Finding
from remit.machines import machine_file, machine_findings
from remit.usecases.verify.machines import faulty_machine

HERE = Path(__file__).parent
ROOT = Path()


class Change(BaseModel):
    """In `state`, or else in the machine itself: what is set or removed, by dotted paths; states added beside it; or other text."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    state: str | None = None
    set: dict[str, Any] = {}
    remove: tuple[str, ...] = ()
    beside: dict[str, Any] = {}
    old: str = ""
    new: str = ""


class Variant(BaseModel):
    """What is changed in the machine of a domain's workflow; a wrong one says what it is refused for, at which state, in which words."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    machine: str
    changes: tuple[Change, ...]
    refused: str = ""
    at: str = ""
    says: str = ""

    def text(self) -> str:
        definition = json.loads((ROOT / "statemachines" / f"{self.machine}.asl.json").read_text(encoding="utf-8"))
        for change in self.changes:
            _apply(change, definition)
        text = json.dumps(definition, indent=2, ensure_ascii=False)
        for change in self.changes:
            assert change.old in text, f"there is no {change.old!r} any more"
            text = text.replace(change.old, change.new, 1) if change.old else text
        return text

    def findings(self) -> tuple[Finding, ...]:
        charter = load_charter(ROOT / "charters" / f"{self.machine}.yaml")
        return tuple(faulty_machine(machine_file(self.machine, self.text(), charter)))

    def line(self) -> int:
        """Where the state begins that it is refused at."""
        before = self.text().partition(f'"{self.at}": {{')[0]
        return before.count("\n") + 1


def variants(folder: str) -> dict[str, Variant]:
    paths = sorted((HERE / folder).glob("*.yaml"))
    return {path.stem: Variant.model_validate(yaml.safe_load(path.read_text(encoding="utf-8"))) for path in paths}


def _apply(change: Change, definition: dict[str, Any]) -> None:
    scope = definition if change.state is None else next(_scopes(definition, change.state))
    whole = definition if change.state is None else scope["States"][change.state]
    for path, value in change.set.items():
        *way, last = _steps(path)
        _at(whole, way)[last] = value
    for path in change.remove:
        *way, last = _steps(path)
        del _at(whole, way)[last]
    if change.beside:
        scope["States"].update(change.beside)


def _scopes(scope: dict[str, Any], state: str) -> Iterator[dict[str, Any]]:
    """The states around one, wherever it is nested."""
    if state in scope["States"]:
        yield scope
    for each in scope["States"].values():
        for inner in (*each.get("Branches", ()), *filter(None, (each.get("ItemProcessor"),))):
            yield from _scopes(inner, state)


def _steps(path: str) -> list[str | int]:
    """Dots part the steps; a field that ends with .$ keeps it."""
    return [int(step) if step.isdigit() else step for step in path.replace(".$", "\0").split(".") for step in [step.replace("\0", ".$")]]


def _at(value: Any, way: list[str | int]) -> Any:  # noqa: ANN401 (any part of a definition)
    for step in way:
        value = value[step]
    return value


def main() -> None:
    table = Table("wrong machine", "refused for", "because", show_lines=False)
    wrong = variants("wrong")
    refused = {name: variant.findings() for name, variant in wrong.items()}
    for name, findings in refused.items():
        for finding in findings or (None,):
            table.add_row(name, finding.rule if finding else "NOT REFUSED", finding.what if finding else "")
    right = {name: variant.findings() for name, variant in variants("right").items()}
    charters = [load_charter(ROOT / "charters" / f"{domain}.yaml") for domain in domains(ROOT)]
    live = [finding for charter in charters for finding in machine_findings(charter, ROOT)]
    console = Console(width=None if sys.stdout.isatty() else 160)
    console.print(table)
    console.print(f"{sum(map(bool, refused.values()))} of {len(wrong)} wrong machines refused, for {len(_reasons(refused))} reasons.")
    passed = sum(not findings for findings in right.values())
    console.print(f"{passed} of {len(right)} right variants pass, and {len(live)} faults are in the machines of statemachines/.")
    if live or not all(refused.values()) or any(right.values()):
        sys.exit("Not as it has to be.")


def _reasons(refused: dict[str, tuple[Finding, ...]]) -> set[str]:
    return {finding.rule for findings in refused.values() for finding in findings}


if __name__ == "__main__":
    main()
