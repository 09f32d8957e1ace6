import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from remit.local.corrections.embedded_metrics import data_of
from remit.local.processes import wait_until
from tests.local.aws import Aws

pytestmark = [pytest.mark.enable_socket, pytest.mark.xdist_group("local-cloud")]

PRINTS = "import json, time\ndef handler(event, context):\n    print(json.dumps(event))\n"


def line(name: str, value: object = 3, **dimensions: str) -> dict[str, Any]:
    directive = {"Namespace": "Test", "Dimensions": [[each] for each in dimensions], "Metrics": [{"Name": name, "Unit": "Count"}]}
    return {"_aws": {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [directive]}, name: value, **dimensions}


def total(aws: Aws, name: str, **dimensions: str) -> float:
    metric = {"Namespace": "Test", "MetricName": name, "Dimensions": [{"Name": key, "Value": value} for key, value in dimensions.items()]}
    query = {"Id": "q", "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Sum"}}
    now = datetime.now(UTC)
    found = aws.client("cloudwatch").get_metric_data(
        MetricDataQueries=[query], StartTime=now - timedelta(minutes=5), EndTime=now + timedelta(minutes=1)
    )
    return float(sum(found["MetricDataResults"][0]["Values"]))


def test_a_line_is_a_metric_under_each_set_of_its_dimensions() -> None:
    told = line("Decisions", [1, 2], Agent="support", Tool="refund")
    assert [(datum.name, datum.dimensions, datum.values) for datum in data_of(json.dumps(told))] == [
        ("Decisions", {"Agent": "support"}, (1.0, 2.0)),
        ("Decisions", {"Tool": "refund"}, (1.0, 2.0)),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "START RequestId",
        '{"level": "INFO"}',
        '{"_aws": 1}',
        json.dumps({**line("M", 1, Agent="a"), "Agent": None} | {"M": "x"}),
        json.dumps({name: value for name, value in line("M", 1, Agent="a").items() if name != "Agent"}),
        '{"_aws": ',
    ],
)
def test_a_line_that_is_none_or_not_whole_is_no_metric(text: str) -> None:
    assert data_of(text) == []


def test_what_a_function_prints_is_counted(aws: Aws) -> None:
    name = aws.function(PRINTS)
    for _ in range(2):
        aws.client("lambda").invoke(FunctionName=name, Payload=json.dumps(line("Printed", Agent="support")).encode())
    assert wait_until(lambda: total(aws, "Printed", Agent="support") == 6, 10)
    assert total(aws, "Printed", Agent="claims") == 0


def test_an_alarm_looks_at_its_own_dimensions_only(aws: Aws) -> None:
    watch = aws.client("cloudwatch")
    for agent in ("one", "other"):
        watch.put_metric_alarm(
            AlarmName=f"spike-{agent}",
            Namespace="Test",
            MetricName="Denied",
            Dimensions=[{"Name": "Agent", "Value": agent}],
            Statistic="Sum",
            Period=300,
            EvaluationPeriods=1,
            Threshold=3,
            ComparisonOperator="GreaterThanOrEqualToThreshold",
            TreatMissingData="notBreaching",
        )
    name = aws.function(PRINTS)
    aws.client("lambda").invoke(FunctionName=name, Payload=json.dumps(line("Denied", 1, Agent="other")).encode())
    aws.client("lambda").invoke(FunctionName=name, Payload=json.dumps(line("Denied", 5, Agent="one")).encode())

    def states() -> dict[str, str]:
        return {alarm["AlarmName"]: alarm["StateValue"] for alarm in watch.describe_alarms(AlarmNamePrefix="spike-")["MetricAlarms"]}

    assert wait_until(lambda: states() == {"spike-one": "ALARM", "spike-other": "OK"}, 10), states()
