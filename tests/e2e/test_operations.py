"""After all stories: what operations see is there, the record holds, and every decision is made again as it was."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from remit.answers import Run
from remit.cli.console.charts import widgets_of
from remit.cli.demo.story import Story
from remit.cli.demo.world import World
from remit.cli.target import local_session
from remit.local.cloud import CloudState
from remit.local.processes import wait_until
from tests.e2e.test_stories import approved, remit

pytestmark = pytest.mark.vouched("ministack")

__all__ = ["approved"]
PATIENCE = 100
# What a refusal after an approval looked at is not recorded, and replay says so.
REFUSED_AFTER_ASKING = "it was refused after a human had been asked"


@pytest.fixture(scope="module")
def cloudwatch(state: CloudState, stories: dict[str, Story]) -> Any:  # noqa: ANN401 (a boto3 client)
    assert stories
    return local_session(state).client("cloudwatch", endpoint_url=state.endpoint)


def runs_of(stories: dict[str, Story]) -> list[str]:
    return sorted({story.run for story in stories.values() if story.run})


def emitted(cloudwatch: Any) -> set[tuple[str, str, tuple[str, ...]]]:  # noqa: ANN401
    """Namespace, name and dimensions of every metric that has a value."""
    pages: Iterator[Any] = cloudwatch.get_paginator("list_metrics").paginate()
    return {
        (metric["Namespace"], metric["MetricName"], tuple(sorted(each["Name"] for each in metric["Dimensions"])))
        for page in pages
        for metric in page["Metrics"]
    }


def test_every_metric_that_a_widget_names_is_emitted_by_the_stories(cloudwatch: Any) -> None:  # noqa: ANN401
    widgets = widgets_of(cloudwatch.get_dashboard(DashboardName="remit-local-operations")["DashboardBody"])
    named = {(line.namespace, line.metric, tuple(sorted(name for name, _ in line.dimensions))) for each in widgets for line in each.lines}
    assert len(named) > 12
    # What waits is counted on a schedule, and so is what the sealer found.
    assert wait_until(lambda: not named - emitted(cloudwatch), PATIENCE), named - emitted(cloudwatch)


def test_every_alarm_stands_and_the_stories_set_none_off(cloudwatch: Any, world: World, stories: dict[str, Story]) -> None:  # noqa: ANN401
    alarms = cloudwatch.describe_alarms(AlarmNamePrefix="remit-local-")["MetricAlarms"]
    assert len(alarms) > 15
    assert [alarm["AlarmName"] for alarm in alarms if not alarm["AlarmActions"]] == []
    off = {alarm["AlarmName"] for alarm in alarms if alarm["StateValue"] == "ALARM"}
    assert off <= {"remit-local-denials-support", "remit-local-no-seal"}
    assert "approval.undeliverable" not in {entry.kind for run in runs_of(stories) for entry in world.client.run(run).entries}


def test_the_whole_record_verifies_with_its_seals(state: CloudState, world: World, approved: Run) -> None:
    def verdict() -> dict[str, Any]:
        return dict(json.loads(remit(state, world, "ledger", "verify", "--all", "--json").stdout))

    assert approved
    assert wait_until(lambda: verdict()["sealed"] > 0, PATIENCE)
    assert verdict()["flaws"] == []


def test_every_run_of_the_stories_is_replayed_bit_for_bit(state: CloudState, world: World, stories: dict[str, Story]) -> None:
    runs = runs_of(stories)
    assert len(runs) >= 4
    for run in runs:
        replayed = remit(state, world, "replay", run, "--json")
        found = json.loads(replayed.stdout)
        lacking = [each for each in found["unreplayed"] if not each["reason"].startswith(REFUSED_AFTER_ASKING)]
        assert (lacking, [each for each in found["decisions"] if each["same"] != "IDENTICAL"]) == ([], [])
        assert replayed.returncode == (4 if found["unreplayed"] else 0)
        assert len(found["decisions"]) >= sum(entry.kind == "decision.made" for entry in world.client.run(run).entries)


def test_a_cap_that_was_raised_prints_what_it_would_have_let_through(
    state: CloudState, world: World, approved: Run, tmp_path: Path
) -> None:
    assert approved
    rules = Path("policies/refunds/policies.cedar").read_text()
    (tmp_path / "policies.cedar").write_text(rules.replace("> 500000", "> 50000000"))
    shown = remit(state, world, "backtest", "--policies", str(tmp_path), "--domain", "refunds")
    assert (shown.returncode, shown.stdout.split("  ")[0]) == (1, "DENY → ESCALATE to finance")
    assert "was refunds.over-maximum: $5,000.00 is the largest refund" in shown.stdout


def test_the_api_has_the_run_as_one_record(approved: Run) -> None:
    trace = approved.model_dump()["trace"]
    (action,), (call,) = trace["actions"], trace["calls"]
    assert (trace["outcome"], action["call"], call["prompt"]["version"]) == ("DONE", call["seq"], "v1")
    assert trace["cost"]["actions"] == 1
    assert call["cost"] > 0


def test_what_models_were_asked_and_answered_can_be_read_and_redacted_and_the_record_still_holds(
    state: CloudState, world: World, stories: dict[str, Story], approved: Run
) -> None:
    run = stories["$120.00 for order O-1001: within what the agent may do by itself"].run or ""
    shown = remit(state, world, "transcripts", "show", run).stdout
    assert "human: Customer Ada on account A-100 asks for a refund" in shown
    assert "refunds__issue_refund" in shown
    assert remit(state, world, "transcripts", "redact", run, "--reason", "Ada asked for it.").returncode == 0
    recorded = world.client.run(run).entries[-1]
    assert (recorded.kind, recorded.body["reason"]) == ("transcript.redacted", "Ada asked for it.")
    gone = json.loads(remit(state, world, "transcripts", "show", run, "--json").stdout)
    assert [part["messages"] for part in gone] == [None, None]
    assert remit(state, world, "transcripts", "show", approved.run).stdout.count("redacted") == 0
    assert json.loads(remit(state, world, "ledger", "verify", run, "--json").stdout)["flaws"] == []
