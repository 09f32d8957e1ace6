"""A function whose logs are JSON has the platform's own lines (START, END, REPORT) in JSON too, and what it raises as one record."""

import json
import re
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from itertools import takewhile
from typing import Any

from ministack.services import cloudwatch_logs, lambda_svc

_LINE = re.compile(r"^(START|END|REPORT) RequestId: (\S+)(.*)$", re.DOTALL)
_TRACEBACK = "Traceback (most recent call last):"
_TYPES = {"START": "platform.start", "END": "platform.runtimeDone", "REPORT": "platform.report"}
_MEASURED = re.compile(r"(Duration|Billed Duration|Memory Size|Max Memory Used): (\d+)")
_NAMES = {
    "Duration": "durationMs",
    "Billed Duration": "billedDurationMs",
    "Memory Size": "memorySizeMB",
    "Max Memory Used": "maxMemoryUsedMB",
}

_in_json: ContextVar[bool] = ContextVar("remit_json_logs", default=False)


def apply() -> None:
    """Write them so, where the function's logging configuration says so."""
    emit, append = lambda_svc._emit_lambda_logs, cloudwatch_logs._append_log_events

    def corrected_emit(function: Mapping[str, Any], request: str, text: str, *rest: object, **more: object) -> None:
        configuration = function.get("config") or function
        in_json = (configuration.get("LoggingConfig") or {}).get("LogFormat") == "JSON"
        token = _in_json.set(in_json)
        try:
            emit(function, request, raised(text, request) if in_json else text, *rest, **more)
        finally:
            _in_json.reset(token)

    def corrected_append(stream: object, events: Sequence[Mapping[str, Any]]) -> None:
        append(stream, [{**event, "message": _written(event["message"])} for event in events] if _in_json.get() else events)

    lambda_svc._emit_lambda_logs = corrected_emit
    cloudwatch_logs._append_log_events = corrected_append


def raised(text: str, request: str) -> str:
    """The log of one invocation, with what it raised as Lambda's runtime for Python writes it: one object, its lines in `stackTrace`."""
    before, begin, rest = text.partition(_TRACEBACK)
    if not begin:
        return text
    trace = list(takewhile(lambda line: not line.startswith("{"), (begin + rest).splitlines()))
    kind, _, message = next(line for line in reversed(trace) if line.strip()).partition(": ")
    record = {"level": "ERROR", "errorType": kind, "errorMessage": message, "requestId": request, "stackTrace": trace}
    after = (begin + rest).splitlines()[len(trace) :]
    return "\n".join([*before.splitlines(), json.dumps(record), *after])


def _written(message: str) -> str:
    line = _LINE.match(message)
    if line is None:
        return message
    metrics = {_NAMES[name]: int(value) for name, value in _MEASURED.findall(line[3])}
    record = {"requestId": line[2], **({"metrics": metrics} if metrics else {})}
    return json.dumps({"type": _TYPES[line[1]], "record": record})
