"""The part of X-Ray's API that traces go in and come out by; without a transport: a path and a request in, an answer out."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from remit.local.xray.filters import UnknownFilter
from remit.local.xray.filters import parse as parse_filter
from remit.local.xray.segments import InvalidSegment
from remit.local.xray.segments import parse as parse_segment
from remit.local.xray.traces import Trace, Traces

Answer = dict[str, Any]
_LONGEST_WINDOW_SECONDS = 6 * 3600


class InvalidRequest(Exception):
    """The caller's mistake, in a sentence."""


class _Request(BaseModel):
    model_config = ConfigDict(extra="ignore")


class _PutSegments(_Request):
    TraceSegmentDocuments: list[str]


class _BatchGet(_Request):
    TraceIds: Annotated[list[str], Field(max_length=5)]


class _GetSummaries(_Request):
    StartTime: float
    EndTime: float
    FilterExpression: str | None = None


@dataclass
class XRay:
    """Every account and region by itself."""

    _traces: dict[tuple[str, str], Traces] = field(default_factory=dict)

    def traces(self, account: str, region: str) -> Traces:
        return self._traces.setdefault((account, region), Traces())

    def reset(self) -> None:
        self._traces.clear()


def answer(operation: str, body: bytes, traces: Traces) -> Answer:
    """Raises InvalidRequest."""
    try:
        return OPERATIONS[operation](json.loads(body or b"{}"), traces)
    except (ValidationError, ValueError, UnknownFilter) as error:
        raise InvalidRequest(_sentence(error)) from error


def put_segments(request: Mapping[str, Any], traces: Traces) -> Answer:
    unprocessed = []
    for text in _PutSegments.model_validate(request).TraceSegmentDocuments:
        try:
            traces.put(parse_segment(text))
        except InvalidSegment as problem:
            named = {"Id": problem.segment} if problem.segment else {}
            unprocessed.append({**named, "ErrorCode": "InvalidSegment", "Message": str(problem)})
    return {"UnprocessedTraceSegments": unprocessed}


def batch_get_traces(request: Mapping[str, Any], traces: Traces) -> Answer:
    wanted = _BatchGet.model_validate(request).TraceIds
    found = {trace: traces.get(trace) for trace in wanted}
    return {
        "Traces": [_whole(trace) for trace in found.values() if trace is not None],
        "UnprocessedTraceIds": [trace for trace, known in found.items() if known is None],
    }


def get_trace_summaries(request: Mapping[str, Any], traces: Traces) -> Answer:
    given = _GetSummaries.model_validate(request)
    if not 0 <= given.EndTime - given.StartTime <= _LONGEST_WINDOW_SECONDS:
        raise InvalidRequest("The time range has to be between 0 and 6 hours long.")
    matches = parse_filter(given.FilterExpression) if given.FilterExpression else lambda _: True
    found = traces.between(given.StartTime, given.EndTime)
    summaries = [trace.summary() for trace in found if matches(trace)]
    return {"TraceSummaries": summaries, "ApproximateTime": given.EndTime, "TracesProcessedCount": len(found)}


def put_telemetry(request: Mapping[str, Any], traces: Traces) -> Answer:
    """What daemons say of themselves is of no use here."""
    return {}


OPERATIONS: Mapping[str, Callable[[Mapping[str, Any], Traces], Answer]] = {
    "PutTraceSegments": put_segments,
    "BatchGetTraces": batch_get_traces,
    "GetTraceSummaries": get_trace_summaries,
    "PutTelemetryRecords": put_telemetry,
}


def _whole(trace: Trace) -> Answer:
    documents = [{"Id": segment["id"], "Document": json.dumps(segment)} for segment in trace.segments]
    return {"Id": trace.id, "Duration": round(trace.end - trace.start, 3), "LimitExceeded": False, "Segments": documents}


def _sentence(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    return str(error)
