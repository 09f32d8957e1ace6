"""remit replay: one run once more, offline."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

from remit.cli.backtest import INCOMPLETE, word
from remit.cli.candidate import CharterFile, Policies, judges_of
from remit.cli.checkout import domains, find_checkout
from remit.cli.errors import CliError
from remit.cli.exports import entries_of, read_export
from remit.cli.ledger import of_runs
from remit.cli.output import JsonFlag, out, print_json
from remit.domain.history import history_of
from remit.domain.ledger import Entry
from remit.usecases.backtest import by_run
from remit.usecases.recorded import Answer
from remit.usecases.replay import Replay, Replayed, Same
from remit.usecases.replay import replay as play

DIFFERENT = 1
_SIGNS = {Same.IDENTICAL: "=", Same.EQUAL: "~", Same.FLIPPED: "≠"}


def replay(
    *,
    run: Annotated[str, typer.Argument(help="The run's id.")],
    policies: Policies = None,
    charter: CharterFile = None,
    ledger: Annotated[str | None, typer.Option(help="Exported ledger entries: a file of JSON lines, or - for stdin.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Make a run's decisions again from its ledger. Exit code 1 if one is not the same bit for bit, or under other policies or another
    charter if one would flip; 4 if one cannot be made again. Nothing is called and nothing is done."""
    root, runs = find_checkout(), _runs(run, ledger)
    entries = runs[run]
    found = play(entries, judges_of(root, policies, charter, _domain(entries, root)), runs)
    changed = policies is not None or charter is not None
    if as_json:
        print_json(found.model_dump(mode="json"))
    else:
        out().print("\n".join(_lines(found, changed=changed)), soft_wrap=True)
    raise typer.Exit(_code(found, changed=changed))


def _runs(run: str, ledger: str | None) -> dict[str, tuple[Entry, ...]]:
    """The run and those that it asked for, by run."""
    entries = entries_of(read_export(ledger)) if ledger else _with_opened(run)
    runs = {each[0].run: each for each in by_run(entries)}
    if run not in runs:
        raise CliError(f"There is no entry of {run}: name a run of this export.")
    return runs


def _with_opened(run: str) -> Iterator[Entry]:
    """The run's entries from the API, and those of each run that it asked for."""
    entries = [*entries_of(of_runs([run]))]
    yield from entries
    for opened in history_of(entries, entries[-1].at).opened if entries else ():
        yield from _with_opened(opened)


def _domain(entries: Sequence[Entry], root: Path) -> str | None:
    """The run's own, if this repository has it: its policies alone are read."""
    domain = entries[0].body.get("domain")
    return domain if isinstance(domain, str) and domain in domains(root) else None


def _code(found: Replay, *, changed: bool) -> int:
    wanted = {Same.IDENTICAL, Same.EQUAL} if changed else {Same.IDENTICAL}
    if found.strayed or any(decision.same not in wanted for decision in found.decisions):
        return DIFFERENT
    return INCOMPLETE if found.unreplayed else 0


def _lines(found: Replay, *, changed: bool) -> Iterator[str]:
    for decision in found.decisions:
        yield from _decision_lines(decision)
    for stray in found.strayed:
        yield f"! entry {stray.seq}: the intent is not what the model proposed one entry before"
    for each in found.unreplayed:
        yield f"? entry {each.seq} cannot be made again: {each.reason}"
    same, equal, flipped = (found.counted(each) for each in Same)
    more = f", {equal} with the same outcome on other grounds" if equal else ""
    yield f"{found.run}: {len(found.decisions)} decisions made again, {same} the same bit for bit{more}, {flipped} otherwise."
    if not changed and any("policy_set" in decision.differs for decision in found.decisions):
        yield "This repository's policies or charter are not those that decided then: replay from the version that did."


def _decision_lines(decision: Replayed) -> Iterator[str]:
    what = f"{decision.agent} → {decision.tool}  {word(decision.was)}"
    yield f"{_SIGNS[decision.same]} entry {decision.seq}  {what}  {decision.was_digest[:16]}"
    if decision.same is Same.IDENTICAL:
        return
    if decision.same is Same.FLIPPED:
        yield f"    would be {word(decision.now)}"
    yield f"    differs in {', '.join(decision.differs)}"
    for label, answer in (("was", decision.was), ("now", decision.now)):
        yield from _reasons(label, answer)


def _reasons(label: str, answer: Answer) -> Iterator[str]:
    yield from (f"    {label} {reason.policy}: {reason.reason}" for reason in answer.reasons)
