"""The remit command."""

import os
import sys

import typer
from typer.exceptions import TyperException

from remit.cli import (
    agents,
    approvals,
    backtest,
    budgets,
    cost,
    decide,
    delegations,
    drafting,
    facts,
    ledger,
    ledger_verify,
    local,
    mcp,
    replay,
    runs,
    transcripts,
    undo,
    verify,
)
from remit.cli.console.command import console
from remit.cli.demo.command import demo
from remit.cli.errors import CliError, advice, sentence
from remit.cli.output import complain
from remit.cli.processes import ended_by_signals
from remit.cli.target import exempt_this_machine
from remit.client_errors import ClientError
from remit.local.cloud import LocalCloudError

INTERRUPTED = 130
app = typer.Typer(help="Keep every agent within its remit.", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
for command in (
    local.up,
    local.down,
    demo,
    local.env,
    runs.run,
    runs.act,
    runs.trace,
    undo.undo,
    decide.decide,
    verify.verify,
    replay.replay,
    backtest.backtest,
    cost.cost,
    budgets.budgets,
    console,
    mcp.mcp,
    drafting.init,
):
    app.command()(command)
app.command("import")(drafting.import_)
app.add_typer(local.inbox_app, name="inbox")
app.add_typer(approvals.approvals_app, name="approvals")
app.add_typer(agents.agents_app, name="agents")
app.add_typer(delegations.delegations_app, name="delegations")
ledger.ledger_app.command()(ledger_verify.verify)
app.add_typer(ledger.ledger_app, name="ledger")
app.add_typer(facts.facts_app, name="facts")
app.add_typer(transcripts.transcripts_app, name="transcripts")


def main() -> None:
    """Run a command; whatever goes wrong is one line on stderr, and a traceback only with REMIT_DEBUG=1."""
    ended_by_signals()
    exempt_this_machine(os.environ)
    try:
        sys.exit(app(standalone_mode=False) or 0)
    except (KeyboardInterrupt, typer.Abort):
        sys.exit(INTERRUPTED)
    except Exception as error:
        if os.environ.get("REMIT_DEBUG") == "1":
            raise
        complain(_one_line(error))
        sys.exit(_code(error))


def _one_line(error: Exception) -> str:
    match error:
        case ClientError():
            return advice(error)
        case CliError() | LocalCloudError():
            return str(error)
        case TyperException():
            context = getattr(error, "ctx", None)
            return f"{sentence(error.format_message())} See '{context.command_path if context else 'remit'} --help'."
        case _:
            return f"Something unexpected went wrong ({type(error).__name__}: {error}). REMIT_DEBUG=1 shows where."


def _code(error: Exception) -> int:
    return error.code if isinstance(error, CliError) else getattr(error, "exit_code", 1)
