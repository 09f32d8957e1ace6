"""The command that shows what agents may still spend today."""

from collections.abc import Iterator
from typing import Annotated

import typer

from remit.adapters.aws import CONFIG
from remit.adapters.dynamodb_budgets import DynamoBudgets
from remit.adapters.dynamodb_tokens import tokens_drawn
from remit.adapters.system import SystemClock
from remit.charters import CharterError, load_charters
from remit.cli.errors import CliError
from remit.cli.ledger import Place, place_of
from remit.cli.output import JsonFlag, out, print_json
from remit.cli.target import find_root
from remit.domain.budget import Left, agent_day, left_of
from remit.domain.charter import Charter
from remit.domain.errors import Unavailable

_Stage = Annotated[str | None, typer.Option(envvar="REMIT_STAGE", help="The stage, where REMIT_API_URL names a deployment.")]


def budgets(
    agent: Annotated[str | None, typer.Argument(help="One agent, such as support; else all that have a budget.")] = None,
    stage: _Stage = None,
    as_json: JsonFlag = False,
) -> None:
    """Show what is left of each agent's budget of today (UTC), by the charters of this repository and the deployment's accounts."""
    place = place_of(stage)
    try:
        found = [left for charter in load_charters(find_root() / "charters") for left in _left(charter, agent, place)]
    except CharterError as error:
        raise CliError(str(error)) from error
    except Unavailable as error:
        raise CliError(f"{error}. Check the stage, and that your AWS credentials may read its tables budgets and tokens.") from error
    if not found:
        raise CliError(f"There is no budget{f' of an agent {agent}' if agent else ''} in the charters of this repository.")
    if as_json:
        print_json([left.model_dump(mode="json") for left in found])
    else:
        out().print("\n".join(map(_line, found)), soft_wrap=True)


def _left(charter: Charter, agent: str | None, place: Place) -> Iterator[Left]:
    now = SystemClock().now()
    dynamodb = place.session.client("dynamodb", config=CONFIG, endpoint_url=place.endpoint)
    for name, budget in charter.budgets.items():
        if agent not in {None, name}:
            continue
        account = agent_day(name, now)
        drawn = DynamoBudgets(dynamodb, place.names).drawn(account)
        if budget.day.tokens is not None:
            drawn["tokens"] = tokens_drawn(dynamodb, place.names, name, account)
        yield from left_of(name, budget.day, drawn)


def _line(left: Left) -> str:
    kind, _, currency = left.meter.partition("/")
    amounts = (f"{amount / 100:,.2f}" if currency else f"{amount:,}" for amount in (left.left, left.limit))
    return f"{left.agent}: {' of '.join(amounts)} {currency or kind} left today"
