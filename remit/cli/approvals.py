"""The questions that wait for a human, and the commands with which approvers answer as who they are to AWS."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from rich.table import Table

from remit.approval_answers import Answered, Approval, Deputy
from remit.approval_client import ApprovalClient
from remit.cli.errors import CliError
from remit.cli.output import JsonFlag, out, print_json
from remit.cli.target import find_target
from remit.cli.words import labels

approvals_app = typer.Typer(help="The questions that wait for a human.", no_args_is_help=True)

_Id = Annotated[str, typer.Argument(help="The approval, as `remit approvals list` shows it.")]
_To = Annotated[str, typer.Option(help="The address of another of the charter's approvers.")]
_Hours = Annotated[float, typer.Option(help="For how long; 0 takes it back.", min=0, max=60 * 24)]


@approvals_app.command("list")
def list_approvals(as_json: JsonFlag = False) -> None:
    """List the open questions, oldest first."""
    waiting = find_target().client().approvals()
    if as_json:
        print_json([approval.model_dump(mode="json") for approval in waiting])
    else:
        out().print(_approvals(waiting) if waiting else "Nothing waits for a human.")


@approvals_app.command()
def show(approval: _Id, as_json: JsonFlag = False) -> None:
    """Show a question, its exact payload and its answers."""
    _print(_client().show(approval), as_json)


@approvals_app.command()
def approve(approval: _Id, comment: Annotated[str, typer.Option(help="The agent sees it.")] = "", as_json: JsonFlag = False) -> None:
    """Approve what `show` shows. The policies decide once more before anything is done."""
    _answer(approval, "approve", comment, as_json)


@approvals_app.command()
def reject(approval: _Id, reason: Annotated[str, typer.Option(help="Why; the agent sees it.")], as_json: JsonFlag = False) -> None:
    """Reject it, with the reason."""
    if not reason.strip():
        raise CliError("--reason: a rejection says why.")
    _answer(approval, "reject", reason, as_json)


@approvals_app.command()
def delegate(approval: _Id, to: _To, hours: _Hours = 24, as_json: JsonFlag = False) -> None:
    """Have somebody else asked this question in your place; you can still answer it."""
    _print_deputy(_client().hand_over(approval, to, _in(hours)), as_json)


@approvals_app.command()
def away(to: _To, hours: _Hours, as_json: JsonFlag = False) -> None:
    """Have somebody else asked in your place while you are away."""
    _print_deputy(_client().away(to, _in(hours)), as_json)


def _client() -> ApprovalClient:
    return ApprovalClient(find_target().client())


def _answer(approval: str, verdict: str, comment: str, as_json: bool) -> None:
    client = _client()
    _print(client.answer(client.show(approval), verdict, comment), as_json)


def _in(hours: float) -> datetime:
    return datetime.now(UTC) + timedelta(hours=hours)


def _print(question: Answered, as_json: bool) -> None:
    if as_json:
        print_json(question.model_dump(mode="json"))
    else:
        out().print("\n".join(_lines(question)), soft_wrap=True, markup=False)


def _lines(question: Answered) -> Iterator[str]:
    yield f"{question.stands}: {question.wording.sentence}"
    yield from (f"  {name} {value}" for name, value in question.intent.payload.items())
    yield f"  payload digest {question.payload_digest}"
    yield from (f"  {said}" for said in labels({"labels": question.labels}))
    yield from (f"  {reason.policy}: {reason.reason}" for reason in question.reasons)
    for said in question.answers:
        comment = f": “{said.comment}”" if said.comment else ""
        yield f"{said.verdict} by {said.voice.by} at {said.at:%d %b %H:%M} UTC, known as {said.voice.known_as}{comment}"
    yield f"open until {question.expires_at:%d %b %H:%M} UTC; remit trace {question.intent.run}"


def _print_deputy(deputy: Deputy, as_json: bool) -> None:
    if as_json:
        print_json(deputy.model_dump(mode="json"))
    else:
        what = f"approval {deputy.approval}" if deputy.approval else "every question"
        out().print(f"Until {deputy.until:%d %b %H:%M} UTC {deputy.to} is asked {what} in the place of {deputy.approver}.", soft_wrap=True)


def _approvals(waiting: tuple[Approval, ...]) -> Table:
    table = Table.grid(padding=(0, 2, 1, 0))
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    for approval in waiting:
        intent = approval.intent
        lines = (
            approval.id,
            f"{intent.agent} → {intent.tool}",
            ", ".join(f"{name} {value}" for name, value in intent.payload.items()),
            *labels({"labels": approval.labels}),
            *(f"{reason.policy}: {reason.reason}" for reason in approval.reasons),
            f"asked {approval.requested_at:%d %b %H:%M}, open until {approval.expires_at:%d %b %H:%M} UTC",
            f"remit trace {intent.run}",
        )
        table.add_row(approval.route, "\n".join(lines))
    return table
