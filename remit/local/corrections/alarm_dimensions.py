"""An alarm looks at the metric with its dimensions, period by period; MiniStack would add up whatever has the metric's name."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

from ministack.services import cloudwatch

Points = Sequence[Mapping[str, Any]]
_COMPARED = {
    "GreaterThanOrEqualToThreshold": lambda value, threshold: value >= threshold,
    "GreaterThanThreshold": lambda value, threshold: value > threshold,
    "LessThanThreshold": lambda value, threshold: value < threshold,
    "LessThanOrEqualToThreshold": lambda value, threshold: value <= threshold,
}


def apply() -> None:
    """Replace how MiniStack judges an alarm."""
    cloudwatch._evaluate_alarm = evaluate


def evaluate(alarm: dict[str, Any]) -> None:
    """Move the alarm to ALARM or OK if its metric says so. Without any data it stays as it is."""
    key = (alarm.get("Namespace"), alarm.get("MetricName"), cloudwatch._dims_key(cloudwatch._dims_from_list(alarm.get("Dimensions") or [])))
    values = _values(alarm, cloudwatch._metrics.get(key) or [], time.time())
    if not values:
        return
    breaching = [value for value in values if _COMPARED[alarm["ComparisonOperator"]](value, alarm["Threshold"])]
    needed = alarm.get("DatapointsToAlarm") or alarm.get("EvaluationPeriods", 1)
    _move(alarm, "ALARM" if len(breaching) >= needed else "OK", f"{len(breaching)} of {values} breached {alarm['Threshold']}")


def _values(alarm: Mapping[str, Any], points: Points, now: float) -> list[float]:
    """The statistic of each period that is looked at and has data."""
    period, looked_at = int(alarm.get("Period", 60)), int(alarm.get("EvaluationPeriods", 1))
    latest = int(now // period)
    periods = [[point for point in points if int(point["Timestamp"] // period) == latest - back] for back in range(looked_at)]
    statistic = alarm.get("ExtendedStatistic") or alarm.get("Statistic", "Average")
    return [cloudwatch._stat_value(cloudwatch._calc_stats(held), statistic, held) for held in periods if held]


def _move(alarm: dict[str, Any], state: str, reason: str) -> None:
    before = alarm["StateValue"]
    if before == state:
        return
    alarm |= {"StateValue": state, "StateReason": f"Threshold Crossed: {reason}", "StateUpdatedTimestamp": int(time.time())}
    cloudwatch._record_history(alarm["AlarmName"], before, state, reason)
    cloudwatch._dispatch_alarm_actions(alarm, before, state, reason)
    cloudwatch._evaluate_parent_alarms(alarm)
