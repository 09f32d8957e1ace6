"""A run's ledger as a tree that reads from the request to the receipt."""

from collections.abc import Iterable, Mapping
from datetime import timedelta

from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from remit.answers import Entry, Receipt, Run
from remit.cli.entry_lines import describe
from remit.cli.question_lines import Line
from remit.cli.words import short

_COLOURS = {
    **dict.fromkeys(("ALLOW", "DONE", "MATCH", "APPROVED", "ANSWERED", "SUCCEEDED"), "green"),
    **dict.fromkeys(("ESCALATE", "RUNNING", "WAITING", "UNKNOWN"), "yellow"),
    **dict.fromkeys(("DENY", "REFUSED", "FAILED", "REJECTED", "DRIFT", "TIMED_OUT", "ABORTED"), "red"),
}


def render(run: Run, asked: Mapping[str, Run] | None = None) -> Tree:
    """The run as a tree; what follows from an intent stands under it, and so do the runs that it asked for, of those that are given."""
    tree = Tree(summary(run))
    branch, start = tree, run.entries[0].at if run.entries else None
    for entry in run.entries:
        if entry.kind in {
            "intent.proposed",
            "model.called",
            "run.started",
            "outcome.reported",
            "action.undone",
            "transcript.redacted",
            "run.finished",
        }:
            branch = tree
        node = branch.add(_row(_elapsed(entry.at - (start or entry.at)), describe(entry.kind, entry.body)))
        branch = node if entry.kind == "intent.proposed" else branch
        if asked and (child := asked.get(str(entry.body.get("opened")))):
            node.add(render(child, asked))
    if run.outcome and run.outcome.say:
        tree.add(_row("", _claim(run.outcome.say, run.entries)))
    if run.outcome and run.outcome.receipt:
        tree.add(_row("", _receipt(run.outcome.receipt)))
    return tree


def summary(run: Run) -> Text:
    """How the run stands, in a line."""
    text = Text.assemble((run.run, "bold"), f"  {run.workflow}  ", _word(run.outcome.outcome if run.outcome else run.status))
    if run.outcome is None and run.question is not None:
        text.append(f", waits for {run.question.get('route', 'a human')}")
    if run.outcome and run.outcome.error:
        text.append(f"  {run.outcome.error}")
    if run.outcome and run.outcome.receipt:
        text.append("  receipt ").append_text(_word(run.outcome.receipt.verification))
    return text


def _row(time: str, line: Line) -> Table:
    text = Text.assemble(*(part for word in line.headline.split(" ") for part in (_word(word), " ")))
    text.rstrip()
    for detail in line.details:
        text.append(f"\n{detail}", style="dim")
    row = Table.grid(padding=(0, 1))
    row.add_column(width=8, justify="right", style="dim")
    row.add_column(width=9, style="bold")
    row.add_column(overflow="fold")
    row.add_row(time, line.name, text)
    return row


def _word(word: str) -> Text:
    return Text(word, style=_COLOURS.get(word.strip(",.:"), ""))


def _elapsed(passed: timedelta) -> str:
    seconds = passed.total_seconds()
    if seconds < 100:  # noqa: PLR2004 (as many as fit the column)
        return f"+{seconds:.2f} s"
    minutes = int(seconds // 60)
    return f"+{minutes}m {seconds % 60:02.0f}s" if minutes < 60 else f"+{minutes // 60}h {minutes % 60:02d}m"  # noqa: PLR2004


def _claim(say: str, entries: Iterable[Entry]) -> Line:
    """What the model says it did, beside what was read back."""
    seen = [f"{entry.body.get('tool', '?')} {entry.body.get('verification', '?')}" for entry in entries if entry.kind == "outcome.verified"]
    return Line("claim", f"the model says: “{say}”", [f"read back: {', '.join(seen) or 'nothing was done'}"])


def _receipt(receipt: Receipt) -> Line:
    return Line("receipt", receipt.verification, [f"warrant {short(receipt.warrant)} was used once"])
