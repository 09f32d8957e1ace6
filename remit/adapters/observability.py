"""Logging, tracing and metrics, the same for every function."""

import os
import re
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.metrics import EphemeralMetrics
from aws_lambda_powertools.utilities.typing import LambdaContext

from remit.domain.ledger import Entry
from remit.domain.measure import Measure
from remit.ports import Everybody, Meter, Span, Spans, Witness
from remit.prices import list_prices
from remit.usecases.measures import Counting

if TYPE_CHECKING:
    from aws_lambda_powertools.tracing.base import BaseSegment

logger = Logger()
# Only the calls to AWS: patching every library there is takes a tenth of a cold start.
tracer = Tracer(patch_modules=["botocore"])
metrics = Metrics()
# An invocation that fails before it counts anything: the warning would be the only line in the log that is no JSON.
warnings.filterwarnings("ignore", message="No application metrics to publish")

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
_TRACE_ROOT = re.compile(r"Root=([^;]+)")
_ANNOTATED = frozenset({"run", "agent", "tool", "outcome", "error"})
# What an invocation is about: on its lines in the log, whichever part of it wrote them.
_SUBJECT = ("run", "step", "agent", "tool", "approval", "function_request_id")

Answer = TypeVar("Answer")
Handler = Callable[[dict[str, Any], Any], Answer]


def observed(handler: Handler[Answer]) -> Handler[Answer]:
    """What every function is decorated with, in this order: its lines know their request and its trace, and its metrics are flushed."""

    @logger.inject_lambda_context(clear_state=True)
    @tracer.capture_lambda_handler(capture_response=False)
    @metrics.log_metrics
    @wraps(handler)
    def observe(event: dict[str, Any], context: LambdaContext) -> Answer:
        _describe(metrics)
        return handler(event, context)

    observing: Handler[Answer] = observe
    return observing


def about(**keys: str) -> None:
    """What this invocation is about, on each of its lines in the log and on its trace."""
    logger.append_keys(**keys)
    _describe(metrics)
    for name, value in keys.items():
        tracer.put_annotation(key=name, value=value)


def witness(agents: frozenset[str] = frozenset()) -> Witness:
    """Counts and logs what is appended to the ledger. `agents` are those of the charter: an intent can name any."""
    return Everybody(Counting(EmfMeter(), agents, list_prices), LedgerLog())


class LedgerLog(Witness):
    """A line for each entry: which it is and its hash, and nothing of what it says."""

    def appended(self, entries: Sequence[Entry]) -> None:
        for entry in entries:
            logger.info(entry.kind.value, run=entry.run, seq=entry.seq, hash=entry.hash)

    def conflicted(self) -> None:
        logger.info("ledger.conflict")


class EmfMeter(Meter):
    """One line of the log for each value, in CloudWatch's embedded metric format."""

    def add(self, measure: Measure) -> None:
        metric, line = measure.metric, EphemeralMetrics()
        line.add_metric(name=metric.name, unit=metric.unit.value, value=measure.value)
        for names in metric.by:
            line.add_dimensions(**{name: measure.dimensions[name] for name in names})
        _describe(line)
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


def _describe(line: Metrics | EphemeralMetrics) -> None:
    """A line of metrics says what it is about beside its dimensions, which are few on purpose."""
    keys = logger.get_current_keys()
    for name in _SUBJECT:
        if keys.get(name):
            line.add_metadata(name, keys[name])
    if trace := _TRACE_ROOT.search(os.environ.get("_X_AMZN_TRACE_ID", "")):
        line.add_metadata("xray_trace_id", trace[1])
