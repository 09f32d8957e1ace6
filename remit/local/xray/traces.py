"""All traces of one account and region, as long as the process lives."""

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from remit.local.xray.segments import Document, annotations, assembled, walk

_MOST_TRACES = 5_000


@dataclass
class Trace:
    """What came of one trace, by id: what is sent again replaces what was sent before, as a segment in progress is."""

    id: str
    documents: dict[str, Document] = field(default_factory=dict)

    @property
    def segments(self) -> list[Document]:
        return assembled(self.documents.values())

    @property
    def start(self) -> float:
        return float(min(document["start_time"] for document in self.documents.values()))

    @property
    def end(self) -> float:
        return max(float(document.get("end_time") or document["start_time"]) for document in self.documents.values())

    def marked(self, flag: str) -> bool:
        return any(entity.get(flag) for document in self.documents.values() for entity in walk(document))

    def annotations(self) -> Iterable[tuple[str, str | int | float | bool, str]]:
        return annotations(self.segments)

    def summary(self) -> dict[str, Any]:
        """As GetTraceSummaries tells it."""
        return {
            "Id": self.id,
            "StartTime": self.start,
            "Duration": round(self.end - self.start, 3),
            "ResponseTime": round(self.end - self.start, 3),
            "HasFault": self.marked("fault"),
            "HasError": self.marked("error"),
            "HasThrottle": self.marked("throttle"),
            "IsPartial": any(document.get("in_progress", False) for document in self.documents.values()),
            "Annotations": self._annotated(),
            "ServiceIds": [{"Name": name, "Names": [name]} for name in dict.fromkeys(each["name"] for each in self.segments)],
        }

    def _annotated(self) -> dict[str, list[dict[str, Any]]]:
        held: dict[str, dict[str | int | float | bool, set[str]]] = {}
        for key, value, service in self.annotations():
            held.setdefault(key, {}).setdefault(value, set()).add(service)
        return {key: [_annotation(value, services) for value, services in values.items()] for key, values in held.items()}


class Traces:
    """Forgets the oldest when there are too many."""

    def __init__(self) -> None:
        self._traces: dict[str, Trace] = {}
        self._lock = threading.Lock()

    def put(self, document: Document) -> None:
        with self._lock:
            trace = self._traces.setdefault(document["trace_id"], Trace(document["trace_id"]))
            trace.documents[document["id"]] = document
            while len(self._traces) > _MOST_TRACES:
                del self._traces[next(iter(self._traces))]

    def get(self, trace: str) -> Trace | None:
        with self._lock:
            found = self._traces.get(trace)
            return None if found is None else Trace(found.id, dict(found.documents))

    def between(self, start: float, end: float) -> list[Trace]:
        """Those that began in this time, the latest first."""
        with self._lock:
            copies = [Trace(trace.id, dict(trace.documents)) for trace in self._traces.values()]
        return sorted((trace for trace in copies if start <= trace.start <= end), key=lambda trace: -trace.start)

    def clear(self) -> None:
        with self._lock:
            self._traces.clear()


def _annotation(value: str | int | float | bool, services: set[str]) -> dict[str, Any]:
    kind = "BooleanValue" if isinstance(value, bool) else "StringValue" if isinstance(value, str) else "NumberValue"
    return {"AnnotationValue": {kind: value}, "ServiceIds": [{"Name": name, "Names": [name]} for name in sorted(services)]}
