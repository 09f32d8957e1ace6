"""What governed actions cost: from the ledger and the price table alone."""

import json
from datetime import date
from pathlib import Path

import pytest

from remit.domain.ledger import Draft, Entry, Kind, chain
from remit.domain.model import JsonObject
from remit.domain.price import cost_of
from remit.prices import list_prices
from remit.usecases.cost import By, bills
from tests.fakes.clock import NOON
from tests.fakes.gate import RUN, World, refund
from tests.unit.test_cli_policy import Cli, cli
from tests.unit.test_trace import approved

__all__ = ["cli"]

PRICES = list_prices()


def paid() -> tuple[Entry, ...]:
    world = World()
    world.propose(refund(120_00))
    return world.entries()


@pytest.fixture
def ledger_file(tmp_path: Path) -> Path:
    path = tmp_path / "ledger.jsonl"
    path.write_text("".join(each.model_dump_json() + "\n" for each in approved()))
    return path


def test_every_price_has_its_source_and_the_table_its_date() -> None:
    """The title of a page of AWS, its address and when it was read."""
    named = {*(model.source for model in PRICES.models.values()), *(call.source for call in PRICES.calls.values())}
    assert named == PRICES.sources.keys()
    pages = PRICES.sources.values()
    assert [source for source in pages if not source.page.startswith("https://aws.amazon.com/")] == []
    assert PRICES.as_of == max(source.as_of for source in pages)
    assert min(source.as_of for source in pages) >= date(2026, 11, 1)


def test_every_call_behind_an_entry_has_a_price_and_every_kind_of_entry_has_its_calls() -> None:
    assert {name for calls in PRICES.entries.values() for name in calls} <= PRICES.calls.keys()
    assert PRICES.entries.keys() == {kind.value for kind in Kind}


def test_tokens_are_priced_by_model_and_calls_by_entry() -> None:
    cost = cost_of(approved(), PRICES)
    assert (cost.actions, cost.input_tokens, cost.output_tokens) == (1, 1000, 100)
    assert round(cost.tokens, 9) == 0.00112
    assert (cost.calls["verifiedpermissions:IsAuthorized"], cost.calls["ses:SendEmail"]) == (2, 1)
    assert cost.per_action == cost.total
    assert 0 < cost.aws < 0.01


def test_a_model_without_a_price_is_named() -> None:
    body: JsonObject = {"model": "other-model", "usage": {"input_tokens": 5, "output_tokens": 7}}
    cost = cost_of(chain(RUN, None, [Draft(kind=Kind.MODEL_CALLED, body=body)], NOON), PRICES)
    assert (cost.unpriced, cost.input_tokens, cost.tokens, cost.per_action) == (("other-model",), 5, 0, None)


@pytest.mark.parametrize("by", By)
def test_the_bills_add_up_to_the_whole(by: By) -> None:
    entries = (*approved(), *chain("run-2", None, [Draft(kind=each.kind, body=each.body) for each in paid()], NOON))
    found, whole = bills(entries, by, PRICES), cost_of(entries, PRICES)
    assert round(sum(bill.cost.total for bill in found), 12) == round(whole.total, 12)
    assert [bill.cost.total for bill in found] == sorted((bill.cost.total for bill in found), reverse=True)


def test_what_an_action_led_to_is_on_its_tools_bill() -> None:
    found = {bill.of: bill.cost for bill in bills(approved(), By.TOOL, PRICES)}
    assert found.keys() == {"refunds.issue_refund", "none"}
    assert (found["refunds.issue_refund"].calls["ses:SendEmail"], found["refunds.issue_refund"].input_tokens) == (1, 1000)
    assert found["none"].actions == 0


def test_the_command_says_it_in_a_table_and_as_json(cli: Cli, ledger_file: Path) -> None:
    shown, told = cli("cost", "--ledger", str(ledger_file)), cli("cost", "--ledger", str(ledger_file), "--by", "run", "--json")
    assert (shown.code, shown.out.splitlines()[1].split()[:2]) == (0, ["support", "1"])
    assert f"Prices of us-east-1 as of {PRICES.as_of}." in shown.out
    (bill,) = json.loads(told.out)["bills"]
    assert (bill["of"], bill["actions"], bill["per_action"] == bill["total"]) == (RUN, 1, True)
