"""What operations look at and what wakes them, in the templates."""

import json
from collections.abc import Iterator
from itertools import groupby
from operator import attrgetter
from typing import Any

import pytest

from remit.cli.console.charts import widgets_of
from remit.domain.measure import METRICS
from scripts.console_picture import SHOWN, titles
from tests.infrastructure.grants import CHARTERS
from tests.infrastructure.templates import STAGES, Deployment, Resource, deployment

KNOWN = {(metric.name, names) for metric in METRICS for names in (*metric.by, ("service",))}
AGENTS = {agent for charter in CHARTERS for agent in charter.agents}
TOOLS = {tool for charter in CHARTERS for tool in charter.tools}
ROUTES = {route for charter in CHARTERS for route in charter.routes}
DOMAINS = {charter.domain for charter in CHARTERS}
# Every value that a dimension can have is written down somewhere: none of them is a run, a person or a payload's.
BOUNDED = {"Agent": AGENTS, "Tool": TOOLS, "Route": ROUTES, "Domain": DOMAINS}


def alarms(deployed: Deployment) -> list[Resource]:
    return [alarm["Properties"] for alarm in deployed.of_type("AWS::CloudWatch::Alarm").values()]


def widgets(deployed: Deployment) -> list[dict[str, Any]]:
    (dashboard,) = deployed.of_type("AWS::CloudWatch::Dashboard").values()
    body = dashboard["Properties"]["DashboardBody"]
    text = body if isinstance(body, str) else "".join(part if isinstance(part, str) else "x" for part in body["Fn::Join"][1])
    return list(json.loads(text)["widgets"])


def lines(deployed: Deployment) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Namespace, metric and dimensions of each line of each widget."""
    for widget in widgets(deployed):
        for namespace, name, *rest in widget["properties"].get("metrics", ()):
            told = [each for each in rest if isinstance(each, str)]
            yield namespace, name, dict(zip(told[::2], told[1::2], strict=True))


def told(alarm: Resource) -> tuple[str, dict[str, str]]:
    return alarm["MetricName"], {each["Name"]: each["Value"] for each in alarm.get("Dimensions", ())}


@pytest.mark.parametrize("stage", STAGES)
def test_the_dashboard_says_what_waits_what_was_refused_what_it_costs_and_what_failed(stage: str) -> None:
    texts = [widget["properties"]["markdown"] for widget in widgets(deployment(stage)) if widget["type"] == "text"]
    assert texts == ["## What is waiting", "## What was refused", "## What it costs", "## What failed"]
    assert len([widget for widget in widgets(deployment(stage)) if widget["type"] == "metric"]) >= 15


def test_the_picture_of_the_console_shows_the_charts_that_there_are() -> None:
    there = widgets_of(json.dumps({"widgets": widgets(deployment("local"))}))
    rows = {row: list(charts) for row, charts in groupby(there, key=attrgetter("row"))}
    again = "docs/console.png is out of date: after `make demo` run `python -m scripts.console_picture`."
    assert json.loads(SHOWN.read_text(encoding="utf-8")) == titles(rows), again


@pytest.mark.parametrize("stage", STAGES)
def test_every_line_is_a_metric_that_remit_emits_under_those_dimensions(stage: str) -> None:
    found = list(lines(deployment(stage)))
    assert {namespace for namespace, _, _ in found} == {f"Remit/{stage}"}
    assert [line for line in found if (line[1], tuple(line[2])) not in KNOWN] == []


@pytest.mark.parametrize("stage", STAGES)
def test_dimensions_are_bounded_on_the_dashboard_and_in_alarms(stage: str) -> None:
    deployed = deployment(stage)
    dimensions = [found for _, _, found in lines(deployed)] + [told(alarm)[1] for alarm in alarms(deployed)]
    values = {(name, value) for found in dimensions for name, value in found.items() if name in BOUNDED}
    assert values == {(name, value) for name, known in BOUNDED.items() for value in known}


@pytest.mark.parametrize("stage", STAGES)
def test_every_alarm_tells_the_topic_when_it_goes_off_and_when_it_is_over(stage: str) -> None:
    deployed = deployment(stage)
    (topic,) = deployed.of_type("AWS::SNS::Topic").values()
    assert topic["Properties"]["TopicName"] == f"remit-{stage}-alarms"
    told = {deployed.text(arn) for alarm in alarms(deployed) for when in ("AlarmActions", "OKActions") for arn in alarm[when]}
    assert told == {"sns:alarms"}
    assert [alarm for alarm in alarms(deployed) if not (alarm["AlarmActions"] and alarm["OKActions"])] == []
    (subscription,) = deployed.of_type("AWS::SNS::Subscription").values()
    assert (subscription["Properties"]["Protocol"], subscription["Properties"]["Endpoint"]) == ("email", "operations@example.com")


@pytest.mark.parametrize("stage", STAGES)
def test_somebody_is_told_of_whatever_needs_somebody(stage: str) -> None:
    found = {(name, *dimensions.items()) for name, dimensions in map(told, alarms(deployment(stage)))}
    assert found >= {("Denials", ("Agent", agent)) for agent in AGENTS}
    assert found >= {("OverdueQuestions", ("Route", route)) for route in ROUTES}
    assert found >= {("ApprovalMailsUndeliverable", ("Route", route)) for route in ROUTES}
    assert found >= {("UnverifiedOutcomes", ("Tool", tool)) for tool in TOOLS}
    assert found >= {("GateErrors", ("Domain", domain)) for domain in DOMAINS}
    budgets = [each for charter in CHARTERS for each in charter.budgets.items()]
    assert found >= {("BudgetUsed", ("Agent", agent)) for agent, budget in budgets if budget.day.limits}
    assert found >= {("ReceiptsWithoutWarrant", ("service", "archiver")), ("Seals", ("service", "sealer"))}
    assert found >= {("ChainFailures", ("service", service)) for service in ("archiver", "sealer")}
    assert {function for name, *rest in found if name == "Errors" for _, function in rest} == {
        *(f"remit-{stage}-{domain}-gate" for domain in DOMAINS),
        *(f"remit-{stage}-{reader}" for reader in ("archiver", "cascade")),
    }
    assert found >= {("IteratorAge", ("FunctionName", f"remit-{stage}-{reader}")) for reader in ("archiver", "cascade")}


@pytest.mark.parametrize("stage", STAGES)
def test_that_no_seal_comes_is_an_alarm_and_that_nothing_else_is_counted_is_none(stage: str) -> None:
    missing = {told(alarm)[0]: alarm["TreatMissingData"] for alarm in alarms(deployment(stage))}
    assert missing.pop("Seals") == "breaching"
    assert set(missing.values()) == {"notBreaching"}


@pytest.mark.parametrize("stage", STAGES)
def test_the_topic_is_encrypted_with_a_key_that_alarms_may_use(stage: str) -> None:
    deployed = deployment(stage)
    (topic,) = (each["Properties"] for each in deployed.of_type("AWS::SNS::Topic").values())
    key = deployed.resources[topic["KmsMasterKeyId"]["Fn::GetAtt"][0]]["Properties"]
    statement = key["KeyPolicy"]["Statement"][-1]
    assert statement["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert "ArnLike" in statement["Condition"]
    assert key["EnableKeyRotation"] is True


@pytest.mark.parametrize("stage", STAGES)
def test_the_monitor_is_invoked_by_its_schedule_only(stage: str) -> None:
    deployed = deployment(stage)
    schedules = {deployed.text(each["Properties"]["Target"]["Arn"]): each for each in deployed.of_type("AWS::Scheduler::Schedule").values()}
    assert schedules["monitor"]["Properties"]["ScheduleExpression"] == "rate(1 minute)"
    assert not [name for name in deployed.functions() if any("function:monitor" in grant for grant in deployed.allowed(name))]
