"""remit replay and remit backtest, by other policies and by another charter, as a person calls them."""

import json
from pathlib import Path

import pytest

from remit.cli import ledger
from remit.domain.ledger import Entry
from tests.fakes.gate import RUN, World, refund
from tests.unit.test_cli_policy import Api, Cli, cli, denied, ledger_file, without_the_maximum

__all__ = ["cli", "ledger_file", "without_the_maximum"]


@pytest.fixture
def without_the_tool(tmp_path: Path) -> Path:
    """A charter whose agent may only offer."""
    path = tmp_path / "charters" / "refunds.yaml"
    path.parent.mkdir()
    text = Path("charters/refunds.yaml").read_text()
    path.write_text(text.replace("tools: [refunds.issue_refund, ", "tools: ["))
    return path


@pytest.fixture
def paid_file(tmp_path: Path) -> Path:
    """The exported ledger of one refund that was paid."""
    world, path = World(), tmp_path / "paid.jsonl"
    world.propose(refund(120_00))
    path.write_text("".join(each.model_dump_json() + "\n" for each in world.entries()))
    return path


def test_a_run_is_replayed_from_an_export(cli: Cli, ledger_file: Path) -> None:
    result = cli("replay", RUN, "--ledger", str(ledger_file))
    first, last = result.out.splitlines()
    assert (result.code, result.err) == (0, "")
    assert first.startswith("= entry 2  support → refunds.issue_refund  DENY  ")
    assert last == f"{RUN}: 1 decisions made again, 1 the same bit for bit, 0 otherwise."


def test_a_run_is_replayed_from_the_api(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "find_target", lambda: Api(denied()))
    result = cli("replay", RUN, "--json")
    assert (result.code, [each["same"] for each in json.loads(result.out)["decisions"]]) == (0, ["IDENTICAL"])


def test_under_other_policies_it_says_what_would_differ_and_why(cli: Cli, ledger_file: Path, without_the_maximum: Path) -> None:
    result = cli("replay", RUN, "--ledger", str(ledger_file), "--policies", str(without_the_maximum))
    assert result.code == 1
    assert result.out.splitlines()[1] == "    would be ESCALATE to finance"
    assert "    was refunds.over-maximum: " in result.out
    assert "    now autonomy.amount: " in result.out


def test_under_another_charter_too(cli: Cli, paid_file: Path, without_the_tool: Path) -> None:
    result = cli("replay", RUN, "--ledger", str(paid_file), "--charter", str(without_the_tool))
    assert (result.code, result.out.splitlines()[1]) == (1, "    would be DENY")
    assert "    now refunds.matrix: The permission matrix has no cell" in result.out


def test_a_change_that_flips_nothing_ends_with_0(cli: Cli, paid_file: Path, without_the_maximum: Path) -> None:
    result = cli("replay", RUN, "--ledger", str(paid_file), "--policies", str(without_the_maximum))
    assert (result.code, result.out.splitlines()[1]) == (0, "    differs in policy_set")


def test_a_backtest_takes_a_charter(cli: Cli, paid_file: Path, without_the_tool: Path) -> None:
    result = cli("backtest", "--ledger", str(paid_file), "--charter", str(without_the_tool))
    assert (result.code, result.out.splitlines()[0].split("  ")[0]) == (1, "ALLOW → DENY")


def test_a_record_that_does_not_hold_is_no_replay(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "changed.jsonl"
    entries: list[Entry] = [each.model_copy(update={"seq": each.seq + 1}) for each in denied()]
    path.write_text("".join(each.model_dump_json() + "\n" for each in entries))
    result = cli("replay", RUN, "--ledger", str(path))
    assert (result.code, result.out.splitlines()[0].startswith("? entry 3 cannot be made again: ")) == (4, True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("replay", "run-9", "--ledger", "{file}"), "There is no entry of run-9"),
        (("replay", RUN, "--ledger", "{file}", "--charter", "nowhere.yaml"), "There is no nowhere.yaml: name a charter's file."),
        (("replay", RUN, "--ledger", "{file}", "--charter", "cdk.json"), "Correct the charter."),
        (("backtest", "--ledger", "{file}"), "Give --policies with a folder, or --charter with a file, or both."),
    ],
)
def test_what_cannot_be_replayed_at_all_is_one_line(cli: Cli, ledger_file: Path, arguments: tuple[str, ...], said: str) -> None:
    result = cli(*(argument.format(file=ledger_file) for argument in arguments))
    assert (result.code, result.out, result.err.count("\n"), said in result.err) == (1, "", 1, True)
