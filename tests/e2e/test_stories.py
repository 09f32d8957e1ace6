import json
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from remit.answers import Run
from remit.cli.demo.stories import APPROVED, STORIES
from remit.cli.demo.story import Story
from remit.cli.demo.world import World
from remit.cli.target import LOCAL_STAGE
from remit.domain.ledger import Entry, broken_link
from remit.local.cloud import CloudState
from tests.browser.chromium import keep, violations
from tests.e2e.conftest import REPOSITORY

pytestmark = pytest.mark.vouched("ministack")

TRACED = [
    *("request", "model", "intent", "decision", "question", "e-mail"),
    *("page", "answer", "approval", "decision", "warrant", "execution", "read-back", "end", "undone"),
]


@pytest.fixture(scope="session")
def approved(world: World, stories: dict[str, Story]) -> Run:
    """The $1,200.00 run, after all."""
    return world.client.run(stories[APPROVED].run or "")


def remit(state: CloudState, world: World, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command line as a person calls it in the repository, in a terminal of 80 columns."""
    named = {"REMIT_API_URL": world.url, "REMIT_STAGE": LOCAL_STAGE}
    settings = state.environment() | named | {"COLUMNS": "80", "PATH": "/usr/bin:/bin"}
    program = [sys.executable, "-c", "from remit.cli.main import main; main()", *arguments]
    return subprocess.run(program, env=settings, cwd=state.log_dir.parents[1], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("title", [title for title, _ in STORIES])
def test_the_story_holds(stories: dict[str, Story], title: str) -> None:
    assert stories[title].checks
    assert [check for check in stories[title].checks if not check.held] == []


def test_the_ledger_of_an_approved_run_tells_all_of_it_in_order(approved: Run) -> None:
    assert [entry.kind for entry in approved.entries] == [
        "run.started",
        "model.called",
        "intent.proposed",
        "decision.made",
        "approval.requested",
        "approval.mailed",
        "approval.opened",
        "approval.answered",
        "approval.decided",
        "decision.made",
        "warrant.minted",
        "action.executed",
        "outcome.verified",
        "run.finished",
        "action.undone",
    ]


def test_the_ledgers_hashes_hold(approved: Run) -> None:
    entries = [Entry.model_validate_json(entry.model_dump_json()) for entry in approved.entries]
    assert broken_link(entries) is None


def test_the_trace_reads_from_the_request_to_the_receipt_in_80_columns(state: CloudState, world: World, approved: Run) -> None:
    shown = remit(state, world, "trace", approved.run)
    lines = [line.strip("│├└─ ").split() for line in shown.stdout.splitlines()]
    assert [words[2] for words in lines if words and words[0].startswith("+")] == TRACED
    assert ["receipt", "MATCH"] in lines
    assert max(map(len, shown.stdout.splitlines())) <= 80
    assert "remit-local-refunds-support-agent" in "".join(shown.stdout.split()).replace("│", "")


def test_a_run_can_be_read_by_a_machine(state: CloudState, world: World, approved: Run) -> None:
    assert json.loads(remit(state, world, "trace", approved.run, "--json").stdout)["outcome"]["outcome"] == "DONE"


def test_an_action_can_be_asked_for_from_the_command_line(state: CloudState, world: World, approved: Run) -> None:
    payload = {"account_id": "A-100", "order_id": "O-1003", "amount": 1500, "currency": "USD", "reason": "late"}
    done = remit(state, world, "act", "support", "refunds.issue_refund", "--payload", json.dumps(payload))
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "DONE, read back: MATCH")
    denied = remit(state, world, "act", "support", "refunds.issue_refund", "--payload", json.dumps({**payload, "amount": 600000}), "--json")
    assert (denied.returncode, json.loads(denied.stdout)["error"]) == (3, "Remit.Denied")


def test_a_run_is_undone_from_the_command_line_and_once_more_is_nothing(state: CloudState, world: World, approved: Run) -> None:
    payload = {"account_id": "A-100", "order_id": "O-1003", "amount": 1100, "currency": "USD", "reason": "late"}
    before = world.left("O-1003")
    run = world.client.act("support", "refunds.issue_refund", payload).run
    shown = [remit(state, world, "undo", run, *more) for more in ([], ["--json"])]
    assert [each.returncode for each in shown] == [0, 0]
    assert "UNDONE" in shown[0].stdout
    assert f"refundable {before}" in shown[0].stdout
    assert [step["standing"] for step in json.loads(shown[1].stdout)["steps"]] == ["UNDONE"]
    assert world.left("O-1003") == before


def test_the_page_of_a_run_that_was_undone_says_so_in_plain_words_and_breaks_no_rule_of_accessibility(
    state: CloudState, world: World, approved: Run, tab: Page, tmp_path: Path
) -> None:
    path = tmp_path / "run.html"
    assert remit(state, world, "trace", approved.run, "--html", str(path)).returncode == 0
    tab.goto(path.as_uri())
    undone = approved.entries[-1].body["by"]["run"]
    told = tab.get_by_role("listitem").filter(has_text="It was undone afterwards, by a governed action of another run.")
    expect(told).to_contain_text(undone)
    assert violations(tab) == []
    keep(tab, "trace-of-an-undone-run")


def test_the_demo_kept_the_mail_that_asked_and_a_picture_of_its_page_and_said_where(stories: dict[str, Story]) -> None:
    told = ((label, text.partition(": ")) for label, text in stories[APPROVED].lines)
    said = {label: Path(where) for label, (how, _, where) in told if how in {"as it arrived", "as it looks"}}
    assert "wants to refund 1,200.00 USD" in said["e-mail"].read_text(encoding="utf-8")
    assert said["page"].read_bytes().startswith(b"\x89PNG")


def test_the_demo_wrote_the_trace_of_the_approved_run_as_a_page_and_said_where(stories: dict[str, Story], approved: Run) -> None:
    (said,) = (text for label, text in stories[APPROVED].lines if label == "trace")
    assert approved.run in Path(said.rpartition(": ")[2]).read_text(encoding="utf-8")


def test_the_same_key_pays_once(world: World, approved: Run) -> None:
    payload = {"account_id": "A-100", "order_id": "O-1003", "amount": 700, "currency": "USD", "reason": "late"}
    before = world.rows("refunds")
    first, second = (world.client.act("support", "refunds.issue_refund", payload, key="once") for _ in range(2))
    assert first == second
    assert len(world.rows("refunds")) == len(before) + 1


PAGES = [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs" / "guides").glob("*.md"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_a_page_shows_can_be_typed(state: CloudState, world: World, approved: Run, page: Path) -> None:
    shown = [line.split("#")[0] for line in page.read_text().splitlines() if line.startswith("    remit ")]
    commands = [shlex.split(line.replace("RUN", approved.run))[1:] for line in shown]
    assert commands
    codes = [(command[0], remit(state, world, *command).returncode) for command in commands]
    # 4 says that a decision cannot be replayed: one that was refused after a human had been asked.
    assert [(name, code) for name, code in codes if code and (name, code) != ("backtest", 4)] == []


def test_the_environment_can_be_evaluated_by_a_shell(state: CloudState, world: World) -> None:
    exports = remit(state, world, "env").stdout
    shell = subprocess.run(["sh", "-c", f"{exports}\necho $AWS_ENDPOINT_URL $REMIT_API_URL"], capture_output=True, text=True, check=True)
    assert shell.stdout.split() == [state.endpoint, world.url]
