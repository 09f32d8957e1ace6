"""The commands that use the deployed API: run, act, trace."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from remit.answers import Act, Run
from remit.cli.behalf import OnBehalfOf, token_of
from remit.cli.errors import CliError
from remit.cli.ledger import recorded
from remit.cli.output import JsonFlag, out, print_json, progress
from remit.cli.target import find_target
from remit.cli.trace import render, summary
from remit.cli.values import json_object
from remit.domain.trace import trace_of
from remit.pages.trace import trace_page
from remit.prices import list_prices

REFUSED = 3

_Key = Annotated[str | None, typer.Option("--key", help="Idempotency key: the same key does the same thing once. Random if not given.")]


def run(
    workflow: Annotated[str, typer.Argument(help="A deployed workflow, such as refunds.")],
    *,
    given: Annotated[str, typer.Option("--input", help="The workflow's input: JSON, @file, or - for stdin.")],
    wait: Annotated[bool, typer.Option("--wait", help="Wait until the run ends or asks a human.")] = False,
    deadline: Annotated[float, typer.Option(help="How many seconds to wait at most.", min=1)] = 120,
    on_behalf_of: OnBehalfOf = None,
    key: _Key = None,
    as_json: JsonFlag = False,
) -> None:
    """Start a workflow. Exit code 3 if the run was refused or failed while waited for."""
    payload, client = json_object(given, "--input"), find_target().client()
    started = client.start_run(workflow, payload, key, token_of(on_behalf_of))
    if not wait:
        _print_started(started.run, started.status, as_json)
        return
    with progress(f"Waiting for {started.run}", plain=False):
        ended = client.wait(started.run, deadline, until=lambda seen: seen.ended or seen.question is not None)
    _print_run(ended, as_json)


def act(
    agent: Annotated[str, typer.Argument(help="The agent that asks, such as support.")],
    tool: Annotated[str, typer.Argument(help="The tool it wants to use, such as refunds.issue_refund.")],
    payload: Annotated[str, typer.Option(help="The tool's payload: JSON, @file, or - for stdin.")],
    *,
    scope: Annotated[
        str | None, typer.Option(help='How far what was asked for reaches, and what it is about: {"reach": "record", "about": {…}}.')
    ] = None,
    on_behalf_of: OnBehalfOf = None,
    key: _Key = None,
    as_json: JsonFlag = False,
) -> None:
    """Ask for one governed action. Exit code 0 if it is done or waits for a human, 3 if it was refused or failed."""
    value, client = json_object(payload, "--payload"), find_target().client()
    stated = None if scope is None else json_object(scope, "--scope")
    token = token_of(on_behalf_of)
    with progress(f"{agent} asks for {tool}", plain=False):
        answer = client.act(agent, tool, value, key, token, scope=stated)
    if as_json:
        print_json(answer.model_dump(mode="json"))
    else:
        out().print("\n".join(_act_lines(answer)), soft_wrap=True)
    if answer.outcome in {"REFUSED", "FAILED"}:
        raise typer.Exit(REFUSED)


def trace(
    run: Annotated[str, typer.Argument(help="The run's id.")],
    html: Annotated[
        Path | None, typer.Option(help="Write a page that stands by itself: in plain words, as a waterfall, and entry by entry.")
    ] = None,
    tree: Annotated[bool, typer.Option("--tree", help="With all runs that it was asked for by, or asked for, from the first on.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Show what happened in a run, and why, from its ledger."""
    client = find_target().client()
    found = client.run(run)
    if tree:
        _print_tree(family(found, client.run), as_json)
        return
    if html is not None:
        write_page(found, html)
    if as_json:
        print_json(found.model_dump(mode="json"))
    elif html is not None:
        out().print(f"{run}: {html}", soft_wrap=True)
    else:
        out().print(render(found))


def write_page(found: Run, path: Path) -> None:
    """The run as a page that stands by itself. Raises CliError where there is no writing."""
    entries = [recorded(entry) for entry in found.entries]
    try:
        path.write_text(trace_page(trace_of(entries, list_prices()), entries), encoding="utf-8")
    except OSError as error:
        raise CliError(f"{path} cannot be written: {error.strerror}. Name a file in a folder that is there.") from error


def family(run: Run, read: Callable[[str], Run]) -> tuple[Run, ...]:
    """The whole tree that a run belongs to, the first run first."""
    ancestors = (run.entries[0].body.get("lineage") or {}).get("ancestors") if run.entries else None
    ahead, found = [read(str(ancestors[0]["run"])) if ancestors else run], list[Run]()
    while ahead:
        found.append(ahead.pop(0))
        ahead += (read(str(entry.body["opened"])) for entry in found[-1].entries if entry.body.get("opened"))
    return tuple(found)


def _print_tree(runs: tuple[Run, ...], as_json: bool) -> None:
    if as_json:
        print_json({"runs": [each.model_dump(mode="json") for each in runs]})
    else:
        out().print(render(runs[0], {each.run: each for each in runs}))


def _print_started(run: str, status: str, as_json: bool) -> None:
    if as_json:
        print_json({"run": run, "status": status})
    else:
        out().print(f"{run} {status}\nTo see what happens: remit trace {run}", soft_wrap=True)


def _print_run(ended: Run, as_json: bool) -> None:
    if as_json:
        print_json(ended.model_dump(mode="json"))
    else:
        out().print(summary(ended), f"To see why: remit trace {ended.run}", sep="\n", soft_wrap=True)
    if ended.ended and (ended.outcome is None or ended.outcome.outcome in {"REFUSED", "FAILED"}):
        raise typer.Exit(REFUSED)


def _act_lines(answer: Act) -> list[str]:
    head = {
        "DONE": f"DONE, read back: {answer.receipt.verification}" if answer.receipt else "DONE",
        "WAITING": f"WAITING for {answer.route} (approval {answer.approval})",
        "REFUSED": f"REFUSED: {answer.error}",
        "FAILED": f"FAILED: {answer.error}: {answer.message}",
    }.get(answer.outcome, answer.outcome)
    return [head, *(f"  {reason.policy}: {reason.reason}" for reason in answer.reasons), f"To see why: remit trace {answer.run}"]
