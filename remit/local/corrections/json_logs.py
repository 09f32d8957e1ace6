"""A function whose logs are JSON has the platform's own lines (START, END, REPORT) in JSON too."""

import json
import re
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from typing import Any

from ministack.services import cloudwatch_logs, lambda_svc

_LINE = re.compile(r"^(START|END|REPORT) RequestId: (\S+)(.*)$", re.DOTALL)
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

    def corrected_emit(function: Mapping[str, Any], *rest: object, **more: object) -> None:
        configuration = function.get("config") or function
        token = _in_json.set((configuration.get("LoggingConfig") or {}).get("LogFormat") == "JSON")
        try:
            emit(function, *rest, **more)
        finally:
            _in_json.reset(token)

    def corrected_append(stream: object, events: Sequence[Mapping[str, Any]]) -> None:
        append(stream, [{**event, "message": _written(event["message"])} for event in events] if _in_json.get() else events)

    lambda_svc._emit_lambda_logs = corrected_emit
    cloudwatch_logs._append_log_events = corrected_append


def _written(message: str) -> str:
    line = _LINE.match(message)
    if line is None:
        return message
    metrics = {_NAMES[name]: int(value) for name, value in _MEASURED.findall(line[3])}
    record = {"requestId": line[2], **({"metrics": metrics} if metrics else {})}
    return json.dumps({"type": _TYPES[line[1]], "record": record})
