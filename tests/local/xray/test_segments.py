"""What the local X-Ray takes, and what it makes of it."""

import json
from typing import Any

import pytest

from remit.local.xray.filters import UnknownFilter, parse
from remit.local.xray.headers import Header
from remit.local.xray.headers import parse as parse_header
from remit.local.xray.service import InvalidRequest, answer
from remit.local.xray.traces import Trace, Traces

ROOT = "1-65a1b2c3-0123456789abcdef01234567"


def segment(number: int, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - any field of a document
    begun = {"start_time": 1000.0 + number, "end_time": 1001.0 + number}
    return {"id": f"{number:016x}", "trace_id": ROOT, "name": f"service-{number}", **begun, **more}


def stored(*documents: dict[str, Any]) -> Traces:
    traces = Traces()
    put = {"TraceSegmentDocuments": [json.dumps(document) for document in documents]}
    assert answer("PutTraceSegments", json.dumps(put).encode(), traces) == {"UnprocessedTraceSegments": []}
    return traces


def whole(traces: Traces) -> Trace:
    trace = traces.get(ROOT)
    assert trace is not None
    return trace


def summaries(traces: Traces, **given: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - any parameter
    request = {"StartTime": 900, "EndTime": 2000, **given}
    found: list[dict[str, Any]] = answer("GetTraceSummaries", json.dumps(request).encode(), traces)["TraceSummaries"]
    return found


def test_a_subsegment_that_came_by_itself_is_put_into_its_parent_wherever_that_is() -> None:
    inner = segment(2)
    child = segment(3, type="subsegment", parent_id=inner["id"])
    traces = stored(child, segment(1, subsegments=[inner]))
    (root,) = whole(traces).segments
    assert root["subsegments"][0]["subsegments"][0]["name"] == "service-3"


def test_a_subsegment_without_a_known_parent_stays_to_be_seen() -> None:
    orphan = segment(3, type="subsegment", parent_id="f" * 16)
    assert [each["name"] for each in whole(stored(orphan)).segments] == ["service-3"]


def test_what_is_asked_for_twice_is_put_together_the_same_way_twice() -> None:
    traces = stored(segment(1), segment(2, type="subsegment", parent_id=f"{1:016x}"))
    assert whole(traces).segments == whole(traces).segments


def test_a_segment_in_progress_is_replaced_when_it_ends() -> None:
    traces = stored(segment(1, end_time=None, in_progress=True))
    assert summaries(traces)[0]["IsPartial"]
    traces.put(segment(1))
    assert not summaries(traces)[0]["IsPartial"]


def test_a_summary_has_the_annotations_of_all_segments() -> None:
    traces = stored(segment(1, annotations={"run": "run-1"}), segment(2, subsegments=[segment(3, annotations={"outcome": "DENY"})]))
    annotated = summaries(traces)[0]["Annotations"]
    assert annotated["run"][0]["AnnotationValue"] == {"StringValue": "run-1"}
    assert annotated["outcome"][0] == {
        "AnnotationValue": {"StringValue": "DENY"},
        "ServiceIds": [{"Name": "service-2", "Names": ["service-2"]}],
    }


def test_a_summary_says_how_long_it_took_and_whether_something_failed() -> None:
    (summary,) = summaries(stored(segment(1), segment(5, fault=True)))
    assert (summary["Duration"], summary["HasFault"], summary["HasError"]) == (5.0, True, False)


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ('annotation.run = "run-1"', True),
        ('annotation[run] = "run-1"', True),
        ('annotation.run = "run-2"', False),
        ("annotation.attempt = 2", True),
        ('annotation.attempt = "2"', False),
        ("annotation.late = true", True),
        ('service("service-1")', True),
        ('service("service-9")', False),
        ("fault", False),
        ("!fault", True),
        ('annotation.run = "run-1" AND !error', True),
        ('annotation.run = "run-1" AND error', False),
    ],
)
def test_traces_are_found_by_a_filter(expression: str, found: bool) -> None:
    traces = stored(segment(1, annotations={"run": "run-1", "attempt": 2, "late": True}))
    assert bool(summaries(traces, FilterExpression=expression)) is found


@pytest.mark.parametrize("expression", ["responsetime > 5", 'annotation.run = "a" OR fault', "everything", ""])
def test_a_filter_that_is_not_understood_is_an_error_and_does_not_pass_everything(expression: str) -> None:
    with pytest.raises(UnknownFilter):
        parse(expression)


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ("{", "not JSON"),
        ("[]", "valid dictionary"),
        (json.dumps(segment(1, id="x")), "id"),
        (json.dumps(segment(1, trace_id="1-2-3")), "trace_id"),
        (json.dumps(segment(1, name="")), "name"),
        (json.dumps(segment(1, metadata={"much": "x" * 70_000})), "64000"),
    ],
)
def test_a_segment_that_is_wrong_is_named_and_the_others_are_kept(document: str, said: str) -> None:
    traces = Traces()
    put = json.dumps({"TraceSegmentDocuments": [document, json.dumps(segment(7))]}).encode()
    (refused,) = answer("PutTraceSegments", put, traces)["UnprocessedTraceSegments"]
    assert said in refused["Message"]
    assert [each["name"] for each in whole(traces).segments] == ["service-7"]


@pytest.mark.parametrize(
    ("operation", "request_"),
    [
        ("BatchGetTraces", {}),
        ("BatchGetTraces", {"TraceIds": [ROOT] * 6}),
        ("GetTraceSummaries", {"StartTime": 0, "EndTime": 100_000}),
        ("GetTraceSummaries", {"StartTime": 10, "EndTime": 1}),
        ("PutTraceSegments", {"TraceSegmentDocuments": "one"}),
    ],
)
def test_a_request_that_x_ray_would_refuse_is_refused(operation: str, request_: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequest):
        answer(operation, json.dumps(request_).encode(), Traces())


def test_a_trace_that_is_not_known_is_named() -> None:
    request = json.dumps({"TraceIds": [ROOT]}).encode()
    assert answer("BatchGetTraces", request, Traces()) == {"Traces": [], "UnprocessedTraceIds": [ROOT]}


def test_a_tracing_header_is_read_as_it_is_written() -> None:
    header = Header(ROOT, "a" * 16)
    assert parse_header(str(header)) == header
    assert parse_header(f"Self=1-a;Root={ROOT};Sampled=0") == Header(ROOT, None, sampled=False)
    assert parse_header("Root=made-up") is None
    assert parse_header(None) is None
