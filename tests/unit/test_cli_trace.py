from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from remit.answers import Run
from remit.cli.entry_lines import describe
from remit.cli.trace import render, summary
from tests.fakes import told as runs


def shown(run: Run, width: int = 80) -> str:
    console = Console(file=StringIO(), width=width, highlight=False)
    console.print(render(run))
    file = console.file
    assert isinstance(file, StringIO)
    return file.getvalue()


def test_a_run_reads_from_the_request_to_the_receipt() -> None:
    text = shown(runs.paid())
    names = [
        "request",
        "model",
        "intent",
        "decision",
        "question",
        "e-mail",
        "approval",
        "decision",
        "warrant",
        "execution",
        "read-back",
        "end",
    ]
    place = 0
    for name in names:
        place = text.index(f" {name} ", place + 1)


@pytest.mark.parametrize(
    "what",
    [
        "arn:aws:iam::000000000000:user/ada",
        "support → refunds.issue_refund",
        "ESCALATE → finance",
        "refunds.over-autonomy: A refund above $500.00",
        "accounts/A-100 v1, orders/O-1002 v3",
        "to finance@example.com",
        "APPROVED by finance@example.com",
        "“Fine.”",
        "with the approval of finance@example.com (finance)",
        "arn:aws:sts::000000000000:assumed-role/remit-local-refunds-support-agent/run-77",
        "MATCH",
    ],
)
def test_a_run_says_who_what_and_why(what: str) -> None:
    assert what in shown(runs.paid(), width=160)


def test_on_whose_behalf_and_with_what_credentials_stands_with_request_and_execution() -> None:
    delegator = {"name": "carol", "tenant": "north", "groups": ["handlers"], "delegation": "d1", "person": "sub-carol"}
    started = describe("run.started", {"requester": {"arn": "arn:ada"}, "delegator": delegator, "input": {}})
    assert [started.headline, *started.details] == ["by arn:ada", "on behalf of carol of north (handlers)", "delegation d1"]
    narrowed = {"delegator": "carol", "session_tags": {"tenant": "north", "user": "sub-carol"}, "source_identity": "sub-carol"}
    executed = describe("action.executed", {"tool": "t", "executed_as": "arn:role", "requester": "arn:ada", **narrowed})
    assert list(executed.details)[2:] == [
        "asked for by arn:ada",
        "on behalf of carol",
        "session tags tenant=north, user=sub-carol",
        "source identity sub-carol",
    ]


def test_what_the_model_claims_stands_beside_what_was_read_back() -> None:
    text = shown(runs.paid(say="Your refund is on its way."), width=160)
    place = text.index("the model says: “Your refund is on its way.”")
    assert text.index("read back: refunds.issue_refund MATCH", place)


def test_a_claim_after_which_nothing_was_done_is_seen_as_such() -> None:
    assert "read back: nothing was done" in shown(runs.spoken("All done!"), width=160)


def test_times_are_relative_to_the_request() -> None:
    text = shown(runs.paid())
    assert [time in text for time in ("+0.00 s", "+1.10 s", "+75.20 s", "+1h 01m")] == [True] * 4


def test_nothing_is_wider_than_80_columns() -> None:
    assert max(len(line) for line in shown(runs.paid()).splitlines()) <= 80


def test_what_follows_from_an_intent_stands_under_it() -> None:
    lines = shown(runs.paid()).splitlines()
    intent, decision = (next(line for line in lines if f" {name} " in line) for name in ("intent", "decision"))
    assert decision.index("+") > intent.index("+")


@pytest.mark.parametrize(
    ("run", "line"),
    [
        (runs.waiting(), "run-77  refunds  RUNNING, waits for finance"),
        (runs.paid(), "run-77  refunds  DONE  receipt MATCH"),
        (runs.rejected(), "run-77  refunds  REFUSED  Remit.ApprovalRejected"),
    ],
)
def test_the_first_line_says_how_the_run_stands(run: Run, line: str) -> None:
    assert summary(run).plain == line


@pytest.mark.parametrize("kind", [*dict.fromkeys(kind for _, kind, _ in runs.ESCALATED + runs.ANSWERED), "intent.refused", "fact.changed"])
def test_an_entry_that_lacks_everything_is_still_shown(kind: str) -> None:
    line = describe(kind, {})
    assert line.name
    assert line.headline


def test_brackets_in_what_people_write_are_kept() -> None:
    run = Run(
        run="run-77",
        workflow="refunds",
        status="RUNNING",
        entries=runs.entries([(0, "run.started", {"input": {"message": "[bold]now[/x]"}})]),
    )
    assert "[bold]now[/x]" in shown(run)


def test_the_tree_says_on_whose_behalf_what_a_model_cost_who_decided_and_how_long_it_took() -> None:
    told: list[tuple[float, str, dict[str, Any]]] = [
        (0, "run.started", {"requester": {"arn": "arn:aws:iam::0:user/ada"}, "delegator": {"name": "Bea", "groups": ["clerks"]}}),
        (
            1,
            "model.called",
            {
                "model": "amazon.nova-pro-v1:0",
                "usage": {"input_tokens": 1000, "output_tokens": 100},
                "facts": [{"id": "logistics:zone-B/carrier", "version": 2, "authority": "owner"}],
            },
        ),
        (2, "decision.made", {"outcome": "ALLOW", "engine": "verified-permissions", "latency_ms": 9}),
        (3, "outcome.verified", {"verification": "MATCH", "tool_ms": 40, "read_back_ms": 12}),
    ]
    text = shown(Run(run="run-77", workflow="refunds", status="RUNNING", entries=runs.entries(told)), width=160)
    for part in (
        "on behalf of Bea (clerks)",
        "1000 + 100 tokens, $0.001120,",
        "saw logistics:zone-B/carrier v2 (owner)",
        "by verified-permissions in 9 ms",
        "tool 40 ms, read-back 12 ms",
    ):
        assert part in text
