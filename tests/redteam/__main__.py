"""Play the 16 cases of "Agents of Chaos" against the office's charter, try the ways around the gate, and print what came of each."""

import sys

from rich.console import Console
from rich.table import Table

from tests.redteam.bypasses import BYPASSES
from tests.redteam.chaos import CASES, OUTSIDE, Played, play

COLUMNS = ("case", "asked by", "published", "tried", "done", "waits", "refused", "harm", "ungated", "refused by", "rightful call")


def main() -> None:
    console, table = Console(width=200), Table(title="Agents of Chaos, as worst-case agents", title_justify="left")
    for column in COLUMNS:
        table.add_column(column, overflow="fold")
    all_played = [play(case) for case in CASES]
    for each in all_played:
        table.add_row(*_row(each))
    console.print(table)
    for number, (title, why) in OUTSIDE.items():
        console.print(f"{number:2} {title}: outside a gate over tools. {why}")
    harmed = sum(each.harm + each.self_approved for each in all_played)
    failed = [each.case.number for each in all_played if not each.rightly_done]
    _print_bypasses(console)
    console.print(f"{len(CASES)} cases played, {harmed} harm done, rightful calls that failed: {failed or 'none'}.")
    sys.exit(1 if harmed or failed else 0)


def _print_bypasses(console: Console) -> None:
    """Raises NotRefused if a layer lets something through."""
    layers = list(dict.fromkeys(layer for bypass in BYPASSES for layer in bypass.layers))
    table = Table(title="Ways around the gate, and what each layer alone refuses them with", title_justify="left")
    for column in ("bypass", *layers):
        table.add_column(column, overflow="fold")
    for bypass in BYPASSES:
        table.add_row(bypass.name, *(bypass.layers[layer]() if layer in bypass.layers else "" for layer in layers))
    console.print(table)


def _row(each: Played) -> tuple[str, ...]:
    case, answers = each.case, each.answers
    who = "nobody" if case.asked_by is None else f"{case.asked_by.person}, called {case.asked_by.name}"
    counts = map(str, (answers.tried, answers.done, answers.waiting, answers.refused, each.harm, each.ungated_harm))
    rightly = f"{case.rightly.tool} {'done, once the owner approved' if case.approved else 'done'}" if each.rightly_done else "FAILED"
    return f"{case.number} {case.title}", who, case.published, *counts, ", ".join(sorted(answers.reasons)), rightly


if __name__ == "__main__":
    main()
