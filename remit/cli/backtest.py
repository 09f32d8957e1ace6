"""remit backtest: recorded decisions under candidate policies."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated

import typer

from remit.cli.candidate import CharterFile, Policies, judges_of
from remit.cli.checkout import find_checkout
from remit.cli.errors import CliError
from remit.cli.exports import entries_of, read_export
from remit.cli.ledger import Stage, of_deployment, of_runs
from remit.cli.output import JsonFlag, out, print_json
from remit.domain.ledger import Entry
from remit.usecases.backtest import Flip, Report, Scope
from remit.usecases.backtest import backtest as replay
from remit.usecases.recorded import Answer

FLIPPED, INCOMPLETE = 1, 4


def backtest(
    *,
    policies: Policies = None,
    charter: CharterFile = None,
    domain: Annotated[str | None, typer.Option(help="Only this domain's decisions.")] = None,
    runs: Annotated[list[str] | None, typer.Option("--run", help="Only this run's decisions, from the API; may be repeated.")] = None,
    ledger: Annotated[str | None, typer.Option(help="Exported ledger entries: a file of JSON lines, or - for stdin.")] = None,
    since: Annotated[datetime | None, typer.Option(help="Only decisions from this time on, in UTC.")] = None,
    stage: Stage = None,
    as_json: JsonFlag = False,
) -> None:
    """Decide every recorded decision again by other policies or another charter. Exit code 1 if one would flip, 4 if none does but some
    cannot be replayed."""
    if policies is None and charter is None:
        raise CliError("By what? Give --policies with a folder, or --charter with a file, or both.")
    judges = judges_of(find_checkout(), policies, charter, domain)
    scope = Scope(domain=domain, since=since.replace(tzinfo=UTC) if since else None)
    report = replay(_entries(runs, ledger, stage), judges, scope)
    if as_json:
        print_json(report.model_dump(mode="json"))
    else:
        out().print("\n".join(_lines(report)), soft_wrap=True)
    if report.flips or report.unreplayed:
        raise typer.Exit(FLIPPED if report.flips else INCOMPLETE)


def _entries(runs: list[str] | None, ledger: str | None, stage: str | None) -> Iterable[Entry]:
    if runs and ledger:
        raise CliError("--run reads from the API and --ledger from a file: give one of them.")
    if ledger:
        return entries_of(read_export(ledger))
    return entries_of(of_runs(runs) if runs else of_deployment(stage))


def _lines(report: Report) -> Iterable[str]:
    for flip in report.flips:
        yield from _flip_lines(flip)
    for each in report.unreplayed:
        yield f"not replayed: {each.run} entry {each.seq}: {each.reason}"
    yield f"{report.replayed} decisions replayed, {len(report.flips)} would flip; {len(report.unreplayed)} cannot be replayed."


def _flip_lines(flip: Flip) -> Iterable[str]:
    payload = ", ".join(f"{name} {value}" for name, value in flip.payload.items())
    yield f"{word(flip.was)} → {word(flip.now)}  {flip.run} entry {flip.seq}, {flip.at:%Y-%m-%d %H:%M} UTC"
    yield f"  {flip.agent} → {flip.tool}: {payload}"
    for label, answer in (("was", flip.was), ("now", flip.now)):
        yield from (f"  {label} {reason.policy}: {reason.reason}" for reason in answer.reasons)


def word(answer: Answer) -> str:
    """Its outcome, and to whom."""
    return f"{answer.outcome} to {answer.route}" if answer.route else answer.outcome.value
