"""The commands about policies: decide, verify, backtest, and the ledger that they read."""

import io
import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from remit.answers import Entry as AnsweredEntry
from remit.answers import Run
from remit.cli import ledger
from remit.cli import main as entry
from remit.cli.main import main
from remit.domain.errors import Unavailable
from remit.domain.ledger import Entry
from tests.fakes.evidence import key_pair, sealed
from tests.fakes.gate import RUN, World, refund

FACTS = {"account": {"status": "open", "flagged": False}, "order": {"account_id": "A-100", "currency": "USD", "refundable": 900_000}}


class Result(NamedTuple):
    code: object
    out: str
    err: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


Cli = Callable[..., Result]


class Api:
    """Answers one run, as the deployed API does."""

    def __init__(self, entries: tuple[Entry, ...]) -> None:
        self._entries = tuple(AnsweredEntry.model_validate({**each.model_dump(mode="json"), "note": "newer"}) for each in entries)

    def client(self) -> "Api":
        return self

    def run(self, run: str) -> Run:
        return Run(run=run, workflow="refunds", status="SUCCEEDED", entries=self._entries)


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cli:
    monkeypatch.delenv("REMIT_API_URL", raising=False)
    monkeypatch.setattr(entry, "ended_by_signals", lambda: None)
    monkeypatch.setattr(sys, "path", list(sys.path))

    def call(*arguments: str) -> Result:
        monkeypatch.setattr(sys, "argv", ["remit", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        return Result(ended.value.code, *capsys.readouterr())

    return call


@pytest.fixture
def deployment(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """A deployment that the environment names, with credentials for it."""
    names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION", "AWS_REGION")
    for name, value in zip(names, ("AKIA", "secret", "eu-west-1", "eu-west-1"), strict=True):
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("REMIT_API_URL", "https://api.example/prod")
    monkeypatch.delenv("REMIT_STAGE", raising=False)


@pytest.fixture
def ledger_file(tmp_path: Path) -> Path:
    """The exported ledger of one run that was denied."""
    path = tmp_path / "ledger.jsonl"
    path.write_text("".join(each.model_dump_json() + "\n" for each in denied()))
    return path


@pytest.fixture
def without_the_maximum(tmp_path: Path) -> Path:
    """Candidate policies that let more through."""
    text = Path("policies/refunds/policies.cedar").read_text().replace("> 500000", "> 50000000").replace("> 50000 }", "> 50000000 }")
    (tmp_path / "refunds").mkdir()
    (tmp_path / "refunds" / "policies.cedar").write_text(text)
    return tmp_path


def denied() -> tuple[Entry, ...]:
    world = World()
    world.propose(refund(6000_00))
    return world.entries()


def question(name: object, **changes: object) -> str:
    return json.dumps({"id": name, "tool": "refunds.issue_refund", "payload": refund(), "facts": FACTS, **changes})


def test_intents_in_a_file_are_decided_line_by_line(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "intents.jsonl"
    file.write_text("\n".join([question("a"), "", question(2, payload=refund(1200_00))]))
    result = cli("decide", "--domain", "refunds", "--intents", str(file), "--json")
    assert (result.code, result.err) == (0, "")
    assert [(line["id"], line["outcome"], line["route"], line["error"]) for line in result.lines] == [
        ("a", "ALLOW", None, None),
        (2, "ESCALATE", "finance", None),
    ]


def test_a_malformed_line_is_named_and_the_others_are_decided(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = ["nonsense", "[]", '{"id": 1}', question(1, surprise=True), '{"id": NaN}', "[" * 100_000]
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n".join([question("first"), *wrong, question("last")])))
    result = cli("decide", "--domain", "refunds", "--intents", "-")
    assert (result.code, [line["id"] for line in result.lines]) == (1, ["first", "last"])
    assert [line.split(": ")[1] for line in result.err.splitlines()] == [f"stdin:{number}" for number in range(2, 8)]
    assert all(line.endswith("Correct the line.") for line in result.err.splitlines())


def test_decisions_by_other_policies(cli: Cli, monkeypatch: pytest.MonkeyPatch, without_the_maximum: Path) -> None:
    for folder in (without_the_maximum, without_the_maximum / "refunds"):
        monkeypatch.setattr(sys, "stdin", io.StringIO(question("q", payload=refund(6000_00))))
        (line,) = cli("decide", "--domain", "refunds", "--intents", "-", "--policies", str(folder)).lines
        assert (line["outcome"], line["policies"]) == ("ESCALATE", ["autonomy.amount"])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--domain", "nowhere", "--intents", "-"), "There is no charters/nowhere.yaml: name one of "),
        (("--domain", "refunds", "--intents", "nowhere.jsonl"), "nowhere.jsonl cannot be read: No such file or directory."),
        (("--domain", "refunds", "--intents", "-", "--policies", "docs"), "docs has no policies.cedar"),
    ],
)
def test_what_cannot_be_decided_at_all_is_one_line(cli: Cli, arguments: tuple[str, ...], said: str) -> None:
    result = cli("decide", *arguments)
    assert (result.code, result.out, result.err.count("\n")) == (1, "", 1)
    assert said in result.err


def test_policies_that_are_not_valid_are_one_line_with_file_and_line(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "policies.cedar").write_text('@id("x") @reason("x") forbid (principal, action, resource) when { context.nothing };')
    result = cli("decide", "--domain", "refunds", "--intents", "-", "--policies", str(tmp_path))
    assert (result.code, result.err.count("\n"), "policies.cedar:1: x: attribute" in result.err) == (1, 1, True)


def test_outside_of_a_repository_there_is_nothing_to_decide_by(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert "change to a repository that has charters/<domain>.yaml" in cli("verify").err


def test_a_repository_without_fault_verifies(cli: Cli) -> None:
    result = cli("verify")
    *notes, last = result.out.splitlines()
    assert (result.code, last.startswith("Nothing to find fault with: ")) == (0, True)
    assert {note.partition(": ")[0] for note in notes} == {"Note"}
    assert "Govern governs a tool that is chosen at run time" in notes[0]
    assert json.loads(cli("verify", "--json").out) == []


def test_a_finding_is_one_line_and_exit_code_1(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in ("charters", "policies", "statemachines"):
        shutil.copytree(folder, tmp_path / folder)
    schema = tmp_path / "policies" / "refunds" / "schema.json"
    schema.write_text(schema.read_text() + " ")
    monkeypatch.chdir(tmp_path)
    told, as_json = cli("verify"), cli("verify", "--json")
    assert (told.code, as_json.code, told.out.count("\n")) == (1, 1, 1)
    assert told.out.startswith("policies/refunds/schema.json:1: [schema-out-of-date] ")
    assert [(each["file"], each["line"], each["rule"]) for each in json.loads(as_json.out)] == [
        ("policies/refunds/schema.json", 1, "schema-out-of-date")
    ]


def test_a_backtest_without_flips_ends_with_0(cli: Cli, ledger_file: Path) -> None:
    result = cli("backtest", "--policies", "policies", "--ledger", str(ledger_file))
    assert (result.code, result.out) == (0, "1 decisions replayed, 0 would flip; 0 cannot be replayed.\n")


def test_a_flip_is_told_with_what_was_and_what_would_be(cli: Cli, ledger_file: Path, without_the_maximum: Path) -> None:
    arguments = ("backtest", "--policies", str(without_the_maximum), "--domain", "refunds", "--ledger", str(ledger_file))
    told, as_json = cli(*arguments), cli(*arguments, "--json")
    assert (told.code, as_json.code) == (1, 1)
    assert told.out.startswith(f"DENY → ESCALATE to finance  {RUN} entry 2, 2026-11-22 12:00 UTC\n")
    assert "  was refunds.over-maximum: " in told.out
    assert [(flip["was"]["outcome"], flip["now"]["outcome"]) for flip in json.loads(as_json.out)["flips"]] == [("DENY", "ESCALATE")]


def test_what_cannot_be_replayed_is_listed_and_no_success(cli: Cli, ledger_file: Path) -> None:
    ledger_file.write_text(ledger_file.read_text().splitlines()[2])
    result = cli("backtest", "--policies", "policies", "--ledger", str(ledger_file))
    assert (result.code, result.out.splitlines()[0]) == (
        4,
        f"not replayed: {RUN} entry 2: the run's chain does not hold at entry 2, so its record cannot be relied on",
    )


def test_only_decisions_since_a_time_are_replayed(cli: Cli, ledger_file: Path) -> None:
    result = cli("backtest", "--policies", "policies", "--ledger", str(ledger_file), "--since", "2027-01-01", "--json")
    assert (result.code, json.loads(result.out)["replayed"]) == (0, 0)


def test_runs_are_read_from_the_api(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "find_target", lambda: Api(denied()))
    assert cli("backtest", "--policies", "policies", "--run", RUN).code == 0
    exported = cli("ledger", "export", RUN)
    assert [Entry.model_validate(line) for line in exported.lines] == list(denied())


@pytest.mark.usefixtures("deployment")
def test_without_a_run_the_whole_table_is_read(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "all_entries", lambda _, names: denied() if names.stage == "prod" else ())
    monkeypatch.setattr(ledger, "_evidence", lambda place: (key_pair().public, *sealed(denied())) if place.names.stage == "prod" else ())
    assert "1 decisions replayed" in cli("backtest", "--policies", "policies", "--stage", "prod").out
    monkeypatch.setenv("REMIT_STAGE", "prod")
    key, seal, *entries = cli("ledger", "export").lines
    assert ("public_key" in key, seal["seal"], len(entries)) == (True, 1, len(denied()))
    assert "1 seals by key" in cli("ledger", "verify", "--all").out


@pytest.mark.usefixtures("deployment")
def test_a_table_that_cannot_be_read_says_what_to_check(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(*_: object) -> None:
        raise Unavailable("DynamoDB: AccessDeniedException: no")

    monkeypatch.setattr(ledger, "all_entries", closed)
    monkeypatch.setattr(ledger, "_evidence", lambda _: ())
    assert (
        "Check the stage, and that your AWS credentials may scan its ledger table and read its archive."
        in cli("ledger", "export", "--stage", "prod").err
    )
    assert "Which stage's ledger? Give --stage" in cli("ledger", "export").err
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    assert cli("ledger", "export", "--stage", "prod").err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--run", "r", "--ledger", "f"), "give one of them"),
        (("--ledger", "nowhere.jsonl"), "nowhere.jsonl cannot be read"),
        (("--ledger", "charters/refunds.yaml"), "Entries come from 'remit ledger export'."),
        (("--domain", "nowhere", "--ledger", "-"), "has no policies.cedar and no <domain>/policies.cedar of nowhere"),
    ],
)
def test_what_cannot_be_backtested_is_one_line(cli: Cli, arguments: tuple[str, ...], said: str) -> None:
    result = cli("backtest", "--policies", "policies", *arguments)
    assert (result.code, result.out, result.err.count("\n"), said in result.err) == (1, "", 1, True)
