"""remit budgets, on accounts in moto."""

import json
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import boto3
import pytest

from remit.adapters.dynamodb_items import encode
from remit.adapters.system import SystemClock
from remit.cli import budgets
from remit.cli import main as entry
from remit.cli.ledger import Place
from remit.cli.main import main
from remit.domain.budget import agent_day
from tests.fakes.dynamodb import NAMES, moto_dynamodb

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@pytest.fixture
def dynamodb(monkeypatch: pytest.MonkeyPatch) -> "Iterator[DynamoDBClient]":
    with moto_dynamodb(monkeypatch) as client:
        monkeypatch.setattr(entry, "ended_by_signals", lambda: None)
        monkeypatch.setattr(budgets, "place_of", lambda stage: Place(boto3.Session(), NAMES))
        yield client


def called(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[object, str, str]:
    monkeypatch.setattr(sys, "argv", ["remit", "budgets", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    return (ended.value.code, *capsys.readouterr())


@pytest.mark.usefixtures("dynamodb")
def test_where_nothing_was_drawn_all_is_left(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = called(monkeypatch, capsys, "support")
    assert code == 0
    assert "support: 500 of 500 actions left today" in out
    assert "support: 50,000.00 of 50,000.00 USD left today" in out


def test_what_was_drawn_is_not_left_any_more(
    dynamodb: "DynamoDBClient", monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    account = agent_day("support", SystemClock().now())
    dynamodb.put_item(TableName=NAMES.table("budgets"), Item=encode({"account": account, "meter": "actions", "used": 499}))
    dynamodb.put_item(TableName=NAMES.table("tokens"), Item=encode({"agent": "support", "account": account, "used": 7}))
    _, out, _ = called(monkeypatch, capsys, "support", "--json")
    assert {each["meter"]: (each["used"], each["left"]) for each in json.loads(out)} == {
        "actions": (499, 1),
        "tokens": (7, 4_999_993),
        "money/USD": (0, 5_000_000),
    }


@pytest.mark.usefixtures("dynamodb")
def test_an_agent_without_a_budget_is_said_to_have_none(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = called(monkeypatch, capsys, "nobody")
    assert (code, "There is no budget of an agent nobody" in err) == (1, True)
