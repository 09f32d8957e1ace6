"""A run as one record, as a waterfall and as a page: everything the ledger has of it, and nothing as markup that somebody wrote."""

import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from remit.cli import runs
from remit.domain.ballot import Verdict
from remit.domain.ledger import Draft, Entry, Kind, chain
from remit.domain.model import JsonObject
from remit.domain.trace import Trace, trace_of
from remit.domain.waterfall import bars
from remit.pages.trace import drawn, trace_page
from remit.prices import list_prices
from remit.usecases.gate import Proposal, govern
from tests.fakes.clock import NOON
from tests.fakes.gate import RUN, World, make_intent, refund
from tests.unit.test_cli_policy import Api, Cli, cli

__all__ = ["cli"]

CALL: JsonObject = {
    "agent": "support",
    "model": "amazon.nova-pro-v1:0",
    "prompt": {"name": "support", "version": "v1", "digest": "d" * 64},
    "usage": {"input_tokens": 1000, "output_tokens": 100},
    "latency_ms": 900,
    "begun_at": (NOON - timedelta(seconds=1)).isoformat(),
    "facts": [{"id": "support:tone/style", "version": 2, "authority": "owner"}],
    "proposal": {"tool": "refunds.issue_refund", "payload": refund(1200_00)},
    "say": None,
}


def approved(comment: str = "Fine.") -> tuple[Entry, ...]:
    """A refund that a model proposed and finance approved after ten minutes."""
    world, intent = World(), make_intent(refund(1200_00))
    world.opened(intent)
    govern(Proposal(task_token="task-1", intent=intent, reasoning=CALL), world.ports)
    world.clock.pause(600)
    world.reply(Verdict.APPROVE, comment)
    world.records.commit(RUN, [], [Draft(kind=Kind.RUN_FINISHED, body={"outcome": "DONE", "error": None})])
    return world.entries()


def traced(entries: tuple[Entry, ...]) -> Trace:
    return trace_of(entries, list_prices())


def page(entries: tuple[Entry, ...]) -> str:
    return trace_page(traced(entries), entries)


def long_run(steps: int) -> tuple[Entry, ...]:
    """So many actions, each with its model call."""
    _, *one = (Draft(kind=each.kind, body=each.body) for each in approved())
    started = Draft(kind=Kind.RUN_STARTED, body={"workflow": "refunds", "domain": "refunds"})
    drafts = [Draft(kind=each.kind, body=_renamed(each.body, step)) for step in range(steps) for each in one[:-1]]
    return chain(RUN, None, [started, *drafts, one[-1]], NOON)


def _renamed(body: JsonObject, step: int) -> JsonObject:
    return {
        name: f"{value}-{step}" if name in {"key", "warrant", "approval"} and isinstance(value, str) else value
        for name, value in body.items()
    }


def test_it_says_who_asked_and_how_it_ended() -> None:
    trace = traced(approved())
    assert (trace.run, trace.workflow, trace.domain) == (RUN, "refunds", "refunds")
    assert (trace.requester, trace.delegator) == ("arn:aws:iam::000000000000:user/caller", None)
    assert (trace.started_at, trace.outcome, trace.error) == (NOON, "DONE", None)


def test_a_model_call_says_what_it_saw_said_took_and_cost() -> None:
    (call,) = traced(approved()).calls
    assert (call.agent, call.model, call.prompt["version"], call.latency_ms) == ("support", "amazon.nova-pro-v1:0", "v1", 900)
    assert call.facts == ({"id": "support:tone/style", "version": 2, "authority": "owner"},)
    assert (call.input_tokens, call.output_tokens, call.proposal) == (1000, 100, CALL["proposal"])
    assert call.cost is not None
    assert round(call.cost, 9) == 0.00112


def test_an_action_has_its_model_call_decisions_approval_warrant_execution_and_read_back() -> None:
    trace = traced(approved())
    (action,) = trace.actions
    assert (action.agent, action.tool, action.call, action.outcome) == ("support", "refunds.issue_refund", 1, "MATCH")
    assert [decision.body["outcome"] for decision in action.decisions] == ["ESCALATE", "ALLOW"]
    assert {"policy_set", "engine", "reasons", "facts", "latency_ms"} <= action.decisions[0].body.keys()
    assert [event.kind for event in action.approvals][:2] == [Kind.APPROVAL_REQUESTED, Kind.APPROVAL_MAILED]
    assert action.warrant is not None
    assert action.execution is not None
    assert str(action.execution.body["executed_as"]).startswith("arn:aws:sts::")
    assert action.read_back is not None
    assert action.read_back.body["verification"] == "MATCH"


def test_no_entry_is_left_out() -> None:
    entries = approved()
    trace = traced(entries)
    (action,) = trace.actions
    single = [event for event in (action.warrant, action.execution, action.read_back) if event]
    told = [*action.decisions, *action.refusals, *action.approvals, *action.others, *single, *trace.rest]
    proposed = next(entry.seq for entry in entries if entry.kind is Kind.INTENT_PROPOSED)
    assert sorted([*(event.seq for event in told), *(call.seq for call in trace.calls), proposed]) == [entry.seq for entry in entries]


def test_the_waterfall_has_every_stretch_with_its_length() -> None:
    found = {bar.what: (bar.ended - bar.begun).total_seconds() for bar in bars(traced(approved()))}
    assert (found["model"], found["wait"]) == (0.9, 600.0)
    assert {"decide", "tool", "verify"} <= found.keys()


def test_what_is_drawn_lies_within_the_width_and_keeps_its_order() -> None:
    shown = drawn(bars(traced(approved())))
    assert all(each.left >= 0 and each.left + each.width <= 100.01 and each.width > 0 for each in shown)
    assert [each.left for each in shown] == sorted(each.left for each in shown)


def test_the_page_stands_by_itself_and_reads_in_plain_words() -> None:
    text = page(approved())
    assert not [part for part in ("<script", "src=", "http://", "https://", "@import", "url(") if part in text]
    for sentence in (
        "arn:aws:iam::000000000000:user/caller started the workflow refunds on 22 November 2026, 12:00 UTC.",
        "The policies did not let it pass without the approval of finance.",
        "A refund above $500.00 needs the approval of finance or risk. (refunds.over-autonomy)",
        "finance@example.com approved it on 22 November 2026, 12:10 UTC.",
        "The policies allowed it.",
        "One warrant was made out, for exactly this and for one use.",
        "What was read back afterwards is what was intended.",
        "The run ended on 22 November 2026, 12:10 UTC: DONE.",
    ):
        assert sentence in text


def test_every_entry_is_on_the_page_with_its_hash() -> None:
    entries = approved()
    text = page(entries)
    assert [entry.seq for entry in entries if f'id="entry-{entry.seq}"' not in text or entry.hash not in text] == []


def test_what_people_write_is_text_on_the_page() -> None:
    text = page(approved("<script>alert(1)</script><img src=x onerror=y>"))
    assert "&lt;script&gt;" in text
    assert "<script" not in text
    assert "<img" not in text


def test_a_run_that_goes_on_and_entries_that_say_nothing_are_shown_too() -> None:
    entries = chain(RUN, None, [Draft(kind=kind, body={"key": "k"}) for kind in Kind], NOON)
    text = page(entries)
    assert "Somebody unknown started the workflow" in text
    assert traced(approved()[:3]).ended_at is None


def test_a_run_of_200_steps_is_a_page_in_under_a_second() -> None:
    entries = long_run(200)
    trace = traced(entries)
    assert (len(trace.actions), len(trace.calls)) == (200, 200)
    page(approved())

    def seconds() -> float:
        begun = time.process_time()
        assert page(entries).count("<section>") == 200
        return time.process_time() - begun

    # A busy machine, or what earlier tests left to collect, makes it look longer than it is, so a bad measurement is made again.
    assert any(seconds() < 1 for _ in range(3))


def test_the_record_can_be_read_by_a_machine() -> None:
    trace = traced(approved())
    assert Trace.model_validate_json(trace.model_dump_json()) == trace
    assert isinstance(trace.started_at, datetime)


def test_the_command_writes_the_page(cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(runs, "find_target", lambda: Api(approved()))
    result = cli("trace", RUN, "--html", str(tmp_path / "run.html"))
    assert (result.code, result.out) == (0, f"{RUN}: {tmp_path / 'run.html'}\n")
    assert (tmp_path / "run.html").read_text() == page(approved())
    nowhere = cli("trace", RUN, "--html", str(tmp_path / "nowhere" / "run.html"))
    assert (nowhere.code, "cannot be written: No such file or directory" in nowhere.err) == (1, True)
