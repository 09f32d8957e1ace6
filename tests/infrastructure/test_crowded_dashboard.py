"""A company of many agents still has a dashboard: what CloudWatch takes, and people can read."""

import json
from typing import Any

import pytest
from aws_cdk import App, Stack
from aws_cdk.assertions import Template

from benchmarks.scale.corpus import charters
from stacks.constructs.dashboard import Dashboard
from stacks.stages import PROD


def charts(agents: int) -> list[dict[str, Any]]:
    stack = Stack(App(), "operations")
    Dashboard(stack, "Dashboard", stage=PROD, charters=tuple(charters(agents)), engine=PROD.engine)
    (found,) = Template.from_stack(stack).find_resources("AWS::CloudWatch::Dashboard").values()
    body = found["Properties"]["DashboardBody"]
    text = body if isinstance(body, str) else "".join(part if isinstance(part, str) else "x" for part in body["Fn::Join"][1])
    return [widget["properties"] for widget in json.loads(text)["widgets"] if widget["type"] == "metric"]


@pytest.fixture(scope="module")
def crowded() -> list[dict[str, Any]]:
    return charts(100)


def test_no_chart_has_more_lines_than_can_be_told_apart(crowded: list[dict[str, Any]]) -> None:
    assert max(len(chart.get("metrics", ())) for chart in crowded) <= 50


def test_a_crowded_chart_shows_the_highest(crowded: list[dict[str, Any]]) -> None:
    (denials,) = [chart for chart in crowded if chart["title"].startswith("Denials by agent")]
    ((line,),) = denials["metrics"]
    assert denials["title"] == "Denials by agent: the 20 highest"
    assert line["expression"] == 'SELECT SUM("Denials") FROM SCHEMA("Remit/prod", "Agent") GROUP BY "Agent" ORDER BY SUM() DESC LIMIT 20'


def test_one_that_is_not_has_a_line_for_each() -> None:
    (denials,) = [chart for chart in charts(10) if chart["title"] == "Denials by agent"]
    assert len(denials["metrics"]) == 10
