"""`make faults`: every kind of fault at every call that a governed action makes, and what came of it."""

import os
import sys
from collections import defaultdict

from rich.console import Console
from rich.progress import track
from rich.table import Table

from tests.faults.deployment import deployed
from tests.faults.scenarios import SCENARIOS, Result, Stage
from tests.faults.service import Kind

_AWS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_DEFAULT_REGION": "us-east-1"}


def play() -> list[Result]:
    """One after the other, with progress on a terminal."""
    os.environ.update(_AWS)
    with deployed() as deployment:
        stage = Stage(deployment)
        planned = [(scenario, fault) for scenario in SCENARIOS for fault in stage.faults(scenario)]
        shown = track(planned, "Playing", disable=not sys.stdout.isatty())
        return [stage.play(scenario, fault) for scenario, fault in shown]


def table(results: list[Result]) -> Table:
    """Points by kinds: a dot for what held, and for all else what it was."""
    cells: dict[tuple[str, str], dict[Kind, list[Result]]] = defaultdict(lambda: defaultdict(list))
    for result in results:
        if result.kind:
            cells[result.scenario.name, str(result.point)][result.kind].append(result)
    made = Table("scenario", "at", *Kind, "effects", "lost", "duplicated")
    for (scenario, point), by_kind in cells.items():
        row = [result for of_kind in by_kind.values() for result in of_kind]
        sums = (sum(result.effects for result in row), sum(result.lost for result in row), sum(result.duplicated for result in row))
        made.add_row(scenario, point, *(_cell(by_kind[kind]) for kind in Kind), *map(str, sums))
    return made


def _cell(results: list[Result]) -> str:
    wrong = [result for result in results if not result.held]
    return "." * len(results) if not wrong else f"{wrong[0].outcome} {'; '.join(wrong[0].incomplete)}"


def main() -> None:
    results = play()
    console = Console(width=None if sys.stdout.isatty() else 200)
    console.print(table(results))
    wrong = [result for result in results if not result.held]
    acted, wanted = sum(result.effects for result in results), sum(result.scenario.effects for result in results)
    lost, twice = sum(result.lost for result in results), sum(result.duplicated for result in results)
    console.print(
        f"{len(results)} runs: {acted} effects of {wanted}, {lost} lost, {twice} duplicated, {len(wrong)} not as they have to be."
    )
    if wrong:
        sys.exit("Not as it has to be.")


if __name__ == "__main__":
    main()
