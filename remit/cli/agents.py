"""The commands that stop agents and let them go on."""

from typing import Annotated

import typer

from remit.answers import Agent
from remit.cli.output import JsonFlag, out, print_json
from remit.cli.target import find_target

agents_app = typer.Typer(help="Stop an agent at once, or let it go on.", no_args_is_help=True)

_Name = Annotated[str, typer.Argument(help="The agent, such as support.")]
_Reason = Annotated[str, typer.Option(help="Why; it is kept in the ledger with who you are.")]


@agents_app.command("list")
def list_agents(as_json: JsonFlag = False) -> None:
    """List the deployed agents, and which of them are stopped."""
    found = find_target().client().agents()
    if as_json:
        print_json([agent.model_dump(mode="json") for agent in found])
    else:
        out().print("\n".join(map(_line, found)), soft_wrap=True)


@agents_app.command()
def suspend(name: _Name, reason: _Reason, as_json: JsonFlag = False) -> None:
    """Stop the agent's next action, also one that waits for approval."""
    find_target().client().suspend(name, reason)
    _say(name, "suspended", as_json)


@agents_app.command()
def resume(name: _Name, reason: _Reason, as_json: JsonFlag = False) -> None:
    """Let the agent act again."""
    find_target().client().resume(name, reason)
    _say(name, "active", as_json)


def _line(agent: Agent) -> str:
    stopped = agent.suspended
    state = "active" if stopped is None else f"suspended by {stopped.by} at {stopped.at:%d %b %H:%M} UTC: {stopped.reason}"
    return f"{agent.agent} ({agent.domain}): {state}"


def _say(name: str, state: str, as_json: bool) -> None:
    if as_json:
        print_json({"agent": name, "state": state})
    else:
        out().print(f"{name} is {state}.", soft_wrap=True)
