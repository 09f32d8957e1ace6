"""`remit undo`: take back what a run did, as far as it can be taken back, and say what stands."""

from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from remit.answers import Undo, UndoneStep
from remit.cli.output import JsonFlag, out, print_json, progress
from remit.cli.runs import REFUSED
from remit.cli.target import find_target
from remit.client import RemitClient

_COLOURS = {"UNDONE": "green", "OPEN": "yellow", "IN_DOUBT": "yellow", "UNVERIFIED": "red", "IRREVERSIBLE": "red"}


def undo(
    run: Annotated[str, typer.Argument(help="The id of a run that has ended.")],
    *,
    deadline: Annotated[float, typer.Option(help="How many seconds to wait at most.", min=1)] = 120,
    as_json: JsonFlag = False,
) -> None:
    """Undo what a run did, the last first, each by an action that is governed like any other. Once more goes on where it stopped, and
    does nothing where nothing is left. Exit code 3 if anything stands that was not undone."""
    with progress(f"Undoing {run}", plain=False):
        seen = _undone(run, deadline, find_target().client())
    if as_json:
        print_json(seen.model_dump(mode="json"))
    else:
        out().print(*_shown(seen), sep="\n")
    if any(step.standing != "UNDONE" for step in seen.steps):
        raise typer.Exit(REFUSED)


def _undone(run: str, deadline: float, client: RemitClient) -> Undo:
    """Once the attempt has ended or asks a human."""
    asked = client.undo(run)
    if asked.attempt is None or asked.attempt.status != "RUNNING":
        return asked
    client.wait(asked.attempt.run, deadline, until=lambda seen: seen.ended or seen.question is not None)
    return client.undoing(run)


def _shown(seen: Undo) -> list[Table | Text | str]:
    if not seen.steps:
        return [f"{seen.run} did nothing that could be undone."]
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    for step in seen.steps:
        table.add_row(Text(step.standing, style=_COLOURS.get(step.standing, "")), "\n".join(_lines(step)))
    return [Text(seen.run, style="bold"), table, *_ending(seen)]


def _lines(step: UndoneStep) -> list[str]:
    lines = [f"{step.agent} → {step.tool}: {_fields(step.payload)}"]
    if step.observed:
        lines.append(f"read back: {_fields(step.observed)}")
    return [*lines, *([step.why] if step.why else [])]


def _fields(values: dict[str, object]) -> str:
    return ", ".join(f"{name} {value}" for name, value in values.items())


def _ending(seen: Undo) -> list[Table | Text | str]:
    attempt = seen.attempt
    if attempt is None:
        return []
    why = f"To see why: remit trace {attempt.run}"
    if attempt.question is not None:
        return [f"It waits for {attempt.question.get('route', 'a human')}. {why}"]
    failed = attempt.outcome.error if attempt.outcome else None
    return [f"It stopped: {failed}. {why}\nTo go on: remit undo {seen.run}" if failed else why]
