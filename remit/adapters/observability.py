"""Logging, tracing and metrics, the same for every function."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.metrics import EphemeralMetrics

from remit.domain.measure import Measure
from remit.ports import Meter, Span, Spans

if TYPE_CHECKING:
    from aws_lambda_powertools.tracing.base import BaseSegment

logger = Logger()
# Only the calls to AWS: patching every library there is takes a tenth of a cold start.
tracer = Tracer(patch_modules=["botocore"])
metrics = Metrics()

# OpenTelemetry's names, where it has one. X-Ray takes no dots in an annotation, which is what traces are found by: those are metadata.
_GEN_AI = {
    "run": "gen_ai.conversation.id",
    "agent": "gen_ai.agent.name",
    "tool": "gen_ai.tool.name",
    "model": "gen_ai.request.model",
    "operation": "gen_ai.operation.name",
    "provider": "gen_ai.provider.name",
    "input_tokens": "gen_ai.usage.input_tokens",
    "output_tokens": "gen_ai.usage.output_tokens",
}
_ANNOTATED = frozenset({"run", "agent", "tool", "outcome", "error"})


class EmfMeter(Meter):
    """One line of the log for each value, in CloudWatch's embedded metric format."""

    def add(self, measure: Measure) -> None:
        metric, line = measure.metric, EphemeralMetrics()
        line.add_metric(name=metric.name, unit=metric.unit.value, value=measure.value)
        for names in metric.by:
            line.add_dimensions(**{name: measure.dimensions[name] for name in names})
        line.flush_metrics()


class XRaySpan(Span):
    def __init__(self, subsegment: "BaseSegment") -> None:
        self._subsegment = subsegment
        self._begun, self._ended = time.monotonic(), 0.0

    def note(self, **attributes: str) -> None:
        for name, value in attributes.items():
            if name in _ANNOTATED:
                self._subsegment.put_annotation(key=name, value=value)
            if name in _GEN_AI:
                self._subsegment.put_metadata(key=_GEN_AI[name], value=value, namespace="gen_ai")

    @property
    def milliseconds(self) -> int:
        return int((self._ended - self._begun) * 1000) if self._ended else 0

    def end(self) -> None:
        self._ended = time.monotonic()


class XRaySpans(Spans):
    """Subsegments of the function's segment. An exception is noted by its name only: a message can hold a payload's values."""

    @contextmanager
    def span(self, name: str, **attributes: str) -> Iterator[Span]:
        failure: Exception | None = None
        with tracer.provider.in_subsegment(name=name) as subsegment:
            span = XRaySpan(subsegment)
            span.note(**attributes)
            try:
                yield span
            except Exception as error:  # noqa: BLE001 - raised again below, where X-Ray does not see its message
                failure = error
                span.note(error=type(error).__name__)
            finally:
                span.end()
        if failure is not None:
            raise failure


def about(**keys: str) -> None:
    """What this invocation is about, on each of its log lines and on its trace."""
    logger.append_keys(**keys)
    for name, value in keys.items():
        tracer.put_annotation(key=name, value=value)
