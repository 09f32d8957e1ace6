"""remit cost: what governed actions cost, from the ledger and the price table."""

from collections.abc import Iterable
from typing import Annotated

import typer
from rich.table import Table

from remit.cli.errors import CliError
from remit.cli.exports import entries_of, read_export
from remit.cli.ledger import Stage, of_deployment, of_runs
from remit.cli.output import JsonFlag, out, print_json
from remit.domain.ledger import Entry
from remit.domain.price import Prices
from remit.prices import list_prices
from remit.usecases.cost import Bill, By, bills


def cost(
    *,
    by: Annotated[By, typer.Option(help="One line for each agent, run or tool.")] = By.AGENT,
    runs: Annotated[list[str] | None, typer.Option("--run", help="Only this run, from the API; may be repeated.")] = None,
    ledger: Annotated[str | None, typer.Option(help="Exported ledger entries: a file of JSON lines, or - for stdin.")] = None,
    stage: Stage = None,
    as_json: JsonFlag = False,
) -> None:
    """Show model tokens, AWS calls and money, in all and per governed action, the dearest first."""
    prices, found = list_prices(), bills(_entries(runs, ledger, stage), by, list_prices())
    if as_json:
        lines = [_as_json(bill) for bill in found]
        print_json({"by": by.value, "currency": prices.currency, "as_of": str(prices.as_of), "bills": lines})
        return
    out().print(_table(found, by) if found else "The ledger has no entry yet.")
    for line in _notes(found, prices):
        out().print(line, soft_wrap=True)


def _entries(runs: list[str] | None, ledger: str | None, stage: str | None) -> Iterable[Entry]:
    if runs and ledger:
        raise CliError("--run reads from the API and --ledger from a file: give one of them.")
    if ledger:
        return entries_of(read_export(ledger))
    return entries_of(of_runs(runs) if runs else of_deployment(stage))


def _as_json(bill: Bill) -> dict[str, object]:
    cost = bill.cost
    return {"of": bill.of, **cost.model_dump(mode="json"), "total": cost.total, "per_action": cost.per_action}


def _table(found: tuple[Bill, ...], by: By) -> Table:
    table = Table(by.value, "actions", "tokens in", "out", "model $", "AWS calls", "AWS $", "$ an action", box=None, pad_edge=False)
    for bill in found:
        cost = bill.cost
        per = "" if cost.per_action is None else f"{cost.per_action:.6f}"
        numbers = (str(cost.actions), str(cost.input_tokens), str(cost.output_tokens), f"{cost.tokens:.6f}")
        table.add_row(bill.of, *numbers, f"{sum(cost.calls.values()):.0f}", f"{cost.aws:.6f}", per)
    return table


def _notes(found: tuple[Bill, ...], prices: Prices) -> Iterable[str]:
    yield f"Prices of {prices.region} as of {prices.as_of}. {prices.note} How long functions run and what is stored are not counted."
    if unpriced := sorted({model for bill in found for model in bill.cost.unpriced}):
        yield f"Without a price, so at 0: {', '.join(unpriced)}."
