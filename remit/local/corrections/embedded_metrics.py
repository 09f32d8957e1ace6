"""A line of a log in the embedded metric format becomes metrics, as CloudWatch Logs makes them of every log.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ministack.services import cloudwatch, cloudwatch_logs


@dataclass(frozen=True, slots=True)
class Datum:
    """The values of one metric under one set of dimensions, at one moment in seconds."""

    namespace: str
    name: str
    unit: str
    dimensions: dict[str, str]
    values: tuple[float, ...]
    at: float


def apply() -> None:
    """Read every line that is added to a log."""
    append = cloudwatch_logs._append_log_events

    def corrected_append(stream: dict[str, Any], events: Sequence[Mapping[str, Any]]) -> None:
        append(stream, events)
        found = [datum for event in events for datum in data_of(str(event["message"]))]
        for each in found:
            cloudwatch._store_datum(each.namespace, each.name, each.dimensions, each.at, each.unit, None, list(each.values), None, None)
        if found:
            cloudwatch._evaluate_all_alarms()

    cloudwatch_logs._append_log_events = corrected_append


def data_of(line: str) -> list[Datum]:
    """What the line measures; nothing of one that is not whole and right, as CloudWatch does it."""
    if '"_aws"' not in line:
        return []
    try:
        told = json.loads(line)
        at = float(told["_aws"]["Timestamp"]) / 1000
        return [datum for directive in told["_aws"]["CloudWatchMetrics"] for datum in _directed(directive, told, at)]
    except (ValueError, KeyError, TypeError):
        return []


def _directed(directive: Mapping[str, Any], told: Mapping[str, Any], at: float) -> Iterator[Datum]:
    for metric in directive["Metrics"]:
        for names in directive["Dimensions"]:
            yield Datum(
                namespace=str(directive["Namespace"]),
                name=str(metric["Name"]),
                unit=str(metric.get("Unit", "None")),
                dimensions={name: str(told[name]) for name in names},
                values=_values(told[metric["Name"]]),
                at=at,
            )


def _values(value: float | list[float]) -> tuple[float, ...]:
    return tuple(float(each) for each in (value if isinstance(value, list) else [value]))
