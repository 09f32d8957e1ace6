"""A run of the demo as X-Ray has it: one trace from the request to the read-back, under the names that people look for."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from remit.cli.demo.story import Story
from remit.cli.target import local_session
from remit.local import cloud
from remit.local.processes import wait_until
from remit.local.xray.segments import walk

pytestmark = pytest.mark.vouched("ministack")

SMALL = "$120.00 for order O-1001: within what the agent may do by itself"


@pytest.fixture(scope="session")
def segments(state: cloud.CloudState, stories: dict[str, Story]) -> list[dict[str, Any]]:
    """The trace of a small refund, found by its run."""
    client, run = local_session(state).client("xray", endpoint_url=state.endpoint), stories[SMALL].run
    now = datetime.now(UTC)
    window = {"StartTime": now - timedelta(hours=1), "EndTime": now + timedelta(minutes=1)}

    def found() -> list[str]:
        summaries = client.get_trace_summaries(**window, FilterExpression=f'annotation.run = "{run}" AND annotation.outcome = "MATCH"')
        return [str(summary["Id"]) for summary in summaries["TraceSummaries"]]

    assert wait_until(lambda: len(found()) == 1, 20), found()
    (trace,) = client.batch_get_traces(TraceIds=found())["Traces"]
    return [json.loads(segment["Document"]) for segment in trace["Segments"]]


def named(segments: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    return [entity for segment in segments for entity in walk(segment) if entity["name"] == name]


def ancestors(segments: list[dict[str, Any]], entity: dict[str, Any]) -> Iterator[str]:
    """The names of what an entity stands under, from the inside."""
    parents = {child["id"]: each for segment in segments for each in walk(segment) for child in each.get("subsegments", ())}
    known = {each["id"]: each for segment in segments for each in walk(segment)}
    above = parents.get(entity["id"]) or known.get(entity.get("parent_id"))
    while above is not None:
        yield above["name"]
        above = parents.get(above["id"]) or known.get(above.get("parent_id"))


def test_it_begins_at_the_api_and_reaches_every_function(segments: list[dict[str, Any]]) -> None:
    origins = {segment.get("origin") for segment in segments}
    assert origins == {"AWS::ApiGateway::Stage", "AWS::StepFunctions::StateMachine", "AWS::Lambda", "AWS::Lambda::Function"}
    functions = {segment["name"] for segment in segments if segment.get("origin") == "AWS::Lambda"}
    names = ("api", "recorder", "refunds-gate", "refunds-support-reasoner", "refunds-support-executor")
    assert functions == {f"remit-local-{name}" for name in names}


def test_everything_hangs_together(segments: list[dict[str, Any]]) -> None:
    assert [segment["name"] for segment in segments if "parent_id" not in segment] == ["remit-local-api/local"]
    (verify,) = named(segments, "verify")
    order = ("remit-local-refunds-support-executor", "remit-local-refunds-gate", "Govern", "remit-local-refunds", "remit-local-api")
    places = [list(ancestors(segments, verify)).index(name) for name in (*order, "remit-local-api/local")]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("name", "outcome"), [("model", "refunds.issue_refund"), ("decide", "ALLOW"), ("tool", "done"), ("verify", "MATCH")]
)
def test_each_step_is_a_subsegment_with_run_agent_and_outcome(
    segments: list[dict[str, Any]], stories: dict[str, Story], name: str, outcome: str
) -> None:
    (step,) = named(segments, name)
    held = step["annotations"]
    assert (held["run"], held["agent"], held["outcome"]) == (stories[SMALL].run, "support", outcome)
    assert held.get("tool", held["outcome"]) == "refunds.issue_refund"


def test_the_model_call_has_opentelemetrys_names(segments: list[dict[str, Any]]) -> None:
    (model,) = named(segments, "model")
    told = model["metadata"]["gen_ai"]
    assert told["gen_ai.operation.name"] == "chat"
    assert told["gen_ai.agent.name"] == "support"
    assert int(told["gen_ai.usage.input_tokens"]) > 0


def test_no_value_of_a_payload_is_in_the_trace(segments: list[dict[str, Any]]) -> None:
    text = json.dumps(segments)
    assert "A-100" not in text
    assert "arrived broken" not in text
