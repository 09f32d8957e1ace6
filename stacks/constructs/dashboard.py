"""The operations dashboard: what waits, what was refused, what it costs, what failed. Each line on it is a metric that Remit emits."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from remit.domain import measure as of
from remit.domain.charter import Charter
from remit.domain.errors import Denied, InvalidPayload, PreconditionUnmet
from remit.domain.measure import Metric
from stacks.stages import Stage

_WIDTH, _HEIGHT = 8, 6
# More lines than these say nothing; CloudWatch takes 500 in a widget and 2,500 on a dashboard.
_READABLE, _MOST = 50, 20
# Metrics Insights knows no percentiles.
_INSIGHTS = {"Sum": "SUM", "Maximum": "MAX", "Average": "AVG", "p95": "MAX"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A widget: the metric under one dimension, with a line for each of its values, or for those that have most of it."""

    title: str
    metric: Metric
    statistic: str = "Sum"
    dimension: str
    values: tuple[str, ...]


class Row(NamedTuple):
    title: str
    charts: tuple[Chart, ...]


class Dashboard(cloudwatch.Dashboard):
    def __init__(self, scope: Construct, construct_id: str, *, stage: Stage, charters: Sequence[Charter], engine: str) -> None:
        super().__init__(
            scope,
            construct_id,
            dashboard_name=stage.names.of("operations"),
            default_interval=Duration.hours(3),
            widgets=[widget for row in rows(charters, engine) for widget in _widgets(row, stage)],
        )


def rows(charters: Sequence[Charter], engine: str) -> tuple[Row, ...]:
    """What is on it. Every value of a dimension comes from a charter or from Remit's own code."""
    agents, tools = _named(charter.agents for charter in charters), _named(charter.tools for charter in charters)
    return (
        _waiting(_named(charter.routes for charter in charters)),
        _refused(agents),
        Row("What it costs", (*_spent(agents, _with_budget(charters)), *_slow(agents, tools, engine))),
        _failed(tools, tuple(charter.domain for charter in charters)),
    )


def _waiting(routes: tuple[str, ...]) -> Row:
    return Row(
        "What is waiting",
        (
            Chart(title="Questions that wait", metric=of.WAITING, statistic="Maximum", dimension="Route", values=routes),
            Chart(title="The oldest of them, in seconds", metric=of.OLDEST_QUESTION, statistic="Maximum", dimension="Route", values=routes),
            Chart(
                title="How long answers took, in seconds", metric=of.APPROVAL_WAIT, statistic="Average", dimension="Route", values=routes
            ),
        ),
    )


def _refused(agents: tuple[str, ...]) -> Row:
    return Row(
        "What was refused",
        (
            Chart(title="Decisions", metric=of.DECISIONS, dimension="Outcome", values=("ALLOW", "ESCALATE", "DENY")),
            Chart(title="Denials by agent", metric=of.DENIALS, dimension="Agent", values=agents),
            Chart(title="Refused before a decision", metric=of.REFUSALS, dimension="Error", values=_errors()),
        ),
    )


def _spent(agents: tuple[str, ...], with_budget: tuple[str, ...]) -> tuple[Chart, ...]:
    used = "Of the day's budget, in percent"
    return (
        Chart(title="Model calls, in dollars", metric=of.MODEL_COST, dimension="Agent", values=agents),
        Chart(title="Tokens read", metric=of.INPUT_TOKENS, dimension="Agent", values=agents),
        Chart(title="Tokens written", metric=of.OUTPUT_TOKENS, dimension="Agent", values=agents),
        Chart(title=used, metric=of.BUDGET_USED, statistic="Maximum", dimension="Agent", values=with_budget),
    )


def _slow(agents: tuple[str, ...], tools: tuple[str, ...], engine: str) -> tuple[Chart, ...]:
    return (
        Chart(title="Decisions, in milliseconds", metric=of.DECISION_LATENCY, statistic="p95", dimension="Engine", values=(engine,)),
        Chart(title="Model calls, in milliseconds", metric=of.MODEL_LATENCY, statistic="p95", dimension="Agent", values=agents),
        Chart(title="Tools, in milliseconds", metric=of.TOOL_LATENCY, statistic="p95", dimension="Tool", values=tools),
    )


def _failed(tools: tuple[str, ...], domains: tuple[str, ...]) -> Row:
    unverified = "Outcomes that are not as intended, or not known"
    return Row(
        "What failed",
        (
            Chart(title=unverified, metric=of.UNVERIFIED_OUTCOMES, dimension="Tool", values=tools),
            Chart(title="Gate errors", metric=of.GATE_ERRORS, dimension="Domain", values=domains),
            Chart(title="Runs", metric=of.RUNS, dimension="Outcome", values=("DONE", "ANSWERED", "REFUSED", "FAILED")),
            Chart(title="Receipts without a warrant", metric=of.UNWARRANTED, dimension="service", values=("archiver",)),
            Chart(title="Flaws of the ledger's chains", metric=of.CHAIN_FAILURES, dimension="service", values=("archiver", "sealer")),
            Chart(title="What policies on trial would have changed", metric=of.SHADOW_FLIPS, dimension="Tool", values=tools),
        ),
    )


def _widgets(row: Row, stage: Stage) -> Iterable[list[cloudwatch.IWidget]]:
    yield [cloudwatch.TextWidget(markdown=f"## {row.title}", width=3 * _WIDTH, height=1)]
    for start in range(0, len(row.charts), 3):
        yield [_graph(chart, stage) for chart in row.charts[start : start + 3]]


def _graph(chart: Chart, stage: Stage) -> cloudwatch.GraphWidget:
    if len(chart.values) > _READABLE:
        highest = f"{chart.title}: the {_MOST} highest"
        return cloudwatch.GraphWidget(title=highest, left=[_highest(chart, stage)], width=_WIDTH, height=_HEIGHT)
    lines = [_line(chart, {chart.dimension: value}, value, stage) for value in chart.values]
    return cloudwatch.GraphWidget(title=chart.title, left=lines, width=_WIDTH, height=_HEIGHT)


def _highest(chart: Chart, stage: Stage) -> cloudwatch.IMetric:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-metrics-insights-querylanguage.html"""
    most = _INSIGHTS[chart.statistic]
    query = f'SELECT {most}("{chart.metric.name}") FROM SCHEMA("{stage.names.metrics}", "{chart.dimension}")'  # noqa: S608 - no SQL
    ordered = f'{query} GROUP BY "{chart.dimension}" ORDER BY {most}() DESC LIMIT {_MOST}'
    return cloudwatch.MathExpression(expression=ordered, using_metrics={}, label="", period=Duration.minutes(1))


def _line(chart: Chart, dimensions: dict[str, str], label: str, stage: Stage) -> cloudwatch.Metric:
    return cloudwatch.Metric(
        namespace=stage.names.metrics,
        metric_name=chart.metric.name,
        dimensions_map=dimensions,
        statistic=chart.statistic,
        label=label,
        period=Duration.minutes(1),
    )


def _named(groups: Iterable[Iterable[str]]) -> tuple[str, ...]:
    return tuple(sorted({name for group in groups for name in group}))


def _with_budget(charters: Sequence[Charter]) -> tuple[str, ...]:
    return _named([agent for agent, budget in charter.budgets.items() if budget.day.limits] for charter in charters)


def _errors() -> tuple[str, ...]:
    return (InvalidPayload.code, Denied.code, PreconditionUnmet.code)
