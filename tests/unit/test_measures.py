"""What is counted of a governed action, and how it reaches the log."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remit.adapters.observability import EmfMeter, XRaySpans
from remit.domain import measure as of
from remit.domain.ballot import Verdict
from remit.domain.ledger import Draft, Entry, Kind, chain
from remit.domain.measure import METRICS, Measure, Metric
from remit.domain.model import JsonObject
from remit.prices import list_prices
from remit.usecases.measures import Counting, measures
from tests.fakes.clock import NOON
from tests.fakes.gate import World, refund
from tests.fakes.outside import Counts

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
FIELDS = ("outcome", "agent", "tool", "reasons", "shadow", "engine", "latency_ms", "usage", "route", "status", "verification", "error")


def seen(world: World, metric: Metric) -> list[tuple[float, dict[str, str]]]:
    return [(each.value, each.dimensions) for each in world.counts.measures if each.metric == metric]


def entry(kind: Kind, body: dict[str, Any]) -> Entry:
    (entry,) = chain("run-1", None, [Draft(kind=kind, body=body)], NOON)
    return entry


def test_an_allowed_refund_counts_a_decision_its_policies_and_its_outcome() -> None:
    world = World()
    world.propose(refund(120_00))
    tool = {"Agent": "support", "Tool": "refunds.issue_refund"}
    assert seen(world, of.DECISIONS) == [(1, {"Outcome": "ALLOW", **tool})]
    assert seen(world, of.DECIDED_BY) == [(1, {"Policy": "refunds.matrix.support", "Outcome": "ALLOW"})]
    assert seen(world, of.OUTCOMES) == [(1, {"Tool": "refunds.issue_refund", "Verification": "MATCH"})]
    assert world.counts.sums(of.DENIALS, of.UNVERIFIED_OUTCOMES) == {}


def test_a_denial_counts_for_its_agent() -> None:
    world = World()
    world.propose(refund(6000_00))
    assert seen(world, of.DENIALS) == [(1, {"Agent": "support"})]


def test_a_malformed_payload_counts_as_a_refusal_and_as_a_denial() -> None:
    world = World()
    world.propose(refund(-1))
    assert (seen(world, of.REFUSALS), seen(world, of.DENIALS)) == ([(1, {"Error": "Remit.InvalidPayload"})], [(1, {"Agent": "support"})])


def test_an_agent_that_no_charter_knows_makes_no_dimension_of_its_own() -> None:
    world = World()
    world.propose(agent="whatever-a-caller-says")
    assert seen(world, of.DENIALS) == [(1, {"Agent": "unknown"})]


def test_an_approval_counts_how_long_it_was_waited_for() -> None:
    world = World()
    world.propose(refund(1200_00))
    world.clock.pause(90)
    world.reply(Verdict.APPROVE)
    assert seen(world, of.QUESTIONS) == [(1, {"Route": "finance"})]
    assert seen(world, of.ANSWERS) == [(1, {"Route": "finance", "Status": "APPROVED"})]
    assert seen(world, of.APPROVAL_WAIT) == [(90, {"Route": "finance"})]


def test_drift_counts_as_an_unverified_outcome() -> None:
    world = World()
    world.till.alters = {"amount": 1}
    world.propose(refund(120_00))
    assert seen(world, of.UNVERIFIED_OUTCOMES) == [(1, {"Tool": "refunds.issue_refund"})]


def test_a_writer_that_came_second_counts_as_a_conflict() -> None:
    world = World()
    intent = world.propose(refund(120_00))
    world.records.actions.clear()
    world.propose(refund(120_00), token="task-2")
    assert intent.key in world.records.warrants
    assert world.counts.sums(of.CONFLICTS) == {"Conflicts": 1}


def test_what_takes_time_is_traced_with_agent_tool_and_outcome() -> None:
    world = World()
    world.propose(refund(120_00))
    assert [(span.name, span.attributes.get("outcome")) for span in world.spans.ended] == [("decide", "ALLOW")]
    assert world.spans.ended[0].attributes["agent"] == "support"


def test_a_model_call_counts_its_tokens_by_agent_and_model() -> None:
    body = {"agent": "support", "model": "nova", "latency_ms": 95, "usage": {"input_tokens": 310, "output_tokens": 42}}
    found = {each.metric.name: each.value for each in measures(entry(Kind.MODEL_CALLED, body))}
    assert found == {"ModelLatency": 95, "InputTokens": 310, "OutputTokens": 42}


@given(kind=st.sampled_from(list(Kind)), body=st.dictionaries(st.sampled_from(FIELDS), JSON))
def test_whatever_an_entry_says_counting_it_raises_nothing_and_gives_every_dimension(kind: Kind, body: dict[str, Any]) -> None:
    counts = Counts()
    Counting(counts).appended([entry(kind, body)])
    for each in counts.measures:
        wanted = {name for names in each.metric.by for name in names}
        assert wanted <= each.dimensions.keys()
        assert all(each.dimensions.values())


def test_no_two_metrics_have_one_name() -> None:
    assert len({metric.name for metric in METRICS}) == len(METRICS)


def test_no_metric_is_kept_under_a_runs_id_or_another_name_that_callers_choose() -> None:
    bounded = {"Domain", "Outcome", "Agent", "Tool", "Policy", "Engine", "Error", "Route", "Status", "Verification", "Model", "Kind"}
    assert {name for metric in METRICS for names in metric.by for name in names} <= bounded


def test_a_measure_is_one_line_of_the_log_in_the_embedded_metric_format(capsys: pytest.CaptureFixture[str]) -> None:
    EmfMeter().add(Measure(of.DECISIONS, 1, {"Outcome": "DENY", "Agent": "support", "Tool": "refunds.issue_refund"}))
    (line,) = capsys.readouterr().out.splitlines()
    told = json.loads(line)
    (directive,) = told["_aws"]["CloudWatchMetrics"]
    assert directive["Dimensions"] == [["service"], ["Outcome"], ["Agent", "Outcome"], ["Tool", "Outcome"]]
    assert (directive["Metrics"], told["Decisions"], told["Agent"]) == ([{"Name": "Decisions", "Unit": "Count"}], [1.0], "support")


def test_what_is_raised_inside_a_span_comes_out_unchanged() -> None:
    with pytest.raises(ValueError, match="as it was"), XRaySpans().span("decide", agent="support"):
        raise ValueError("as it was")


def test_a_span_knows_how_long_it_took() -> None:
    with XRaySpans().span("decide") as span:
        while_it_goes_on = span.milliseconds
    assert (while_it_goes_on, span.milliseconds >= 0) == (0, True)


def test_a_model_call_is_counted_in_dollars_where_prices_are_known() -> None:
    counts = Counts()
    body: JsonObject = {"agent": "support", "model": "amazon.nova-pro-v1:0", "usage": {"input_tokens": 1000, "output_tokens": 100}}
    Counting(counts, frozenset(), list_prices).appended(chain("run-1", None, [Draft(kind=Kind.MODEL_CALLED, body=body)], NOON))
    (spent,) = [measure for measure in counts.measures if measure.metric is of.MODEL_COST]
    assert (round(spent.value, 9), spent.dimensions) == (0.00112, {"Agent": "support", "Model": "amazon.nova-pro-v1:0"})


def test_the_gates_errors_are_counted_and_that_there_was_none_is_a_value_too() -> None:
    good, broken = World(), World()
    good.propose(refund(120_00))
    good.propose(refund(6000_00), step="govern-2")
    broken.executor.lost_answers = 1
    broken.propose(refund(120_00))
    values = [[m.value for m in world.counts.measures if m.metric is of.GATE_ERRORS] for world in (good, broken)]
    assert values == [[0, 0], [1]]
