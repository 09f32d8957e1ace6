"""Where the console's pages come from: CloudWatch, Step Functions and Remit's API, as whoever opened it may read them."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError
from botocore.exceptions import ClientError as AwsError

from remit.answers import Run
from remit.approval_answers import Approval
from remit.cli.console.charts import Chart, Line, Point, Widget, drawn, widgets_of
from remit.cli.errors import CliError
from remit.client import RemitClient
from remit.client_errors import ClientError
from remit.names import Names

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_stepfunctions import SFNClient

WINDOW = timedelta(hours=3)
_NARROWEST = timedelta(minutes=10)
_RUNS, _AT_ONCE, _QUERIES = 25, 8, 100


@dataclass(frozen=True, slots=True)
class Listed:
    """A run as Step Functions lists it."""

    run: str
    workflow: str
    status: str
    started: datetime


@dataclass(frozen=True, slots=True)
class Source:
    """One deployment."""

    names: Names
    client: RemitClient
    cloudwatch: "CloudWatchClient"
    machines: "SFNClient"

    def charts(self) -> dict[str, list[Chart]]:
        """A chart for each widget of the operations dashboard, by the dashboard's rows. Raises CliError."""
        end = datetime.now(UTC)
        begin, rows = end - WINDOW, dict[str, list[Chart]]()
        with _reading("the dashboard"):
            widgets = widgets_of(self.cloudwatch.get_dashboard(DashboardName=self.names.of("operations"))["DashboardBody"])
            values = self._values(widgets, begin, end)
        begin = _first(values, begin, end)
        for widget in widgets:
            rows.setdefault(widget.row, []).append(drawn(widget, values, begin, end))
        return rows

    def runs(self) -> list[Listed]:
        """The latest of all workflows, the newest first. Raises CliError."""
        with _reading("the runs"):
            found = [run for machine in self._machines() for run in self._executions(*machine)]
        return sorted(found, key=lambda run: run.started, reverse=True)[:_RUNS]

    def told(self, runs: Sequence[Listed]) -> list[Run]:
        """What the ledger has of them; a run that the API does not know is left out."""
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            return [run for run in pool.map(self._run, [listed.run for listed in runs]) if run is not None]

    def approvals(self) -> tuple[Approval, ...]:
        return self.client.approvals()

    def _run(self, run: str) -> Run | None:
        try:
            return self.client.run(run)
        except ClientError:
            return None

    def _machines(self) -> Iterator[tuple[str, str]]:
        """Each workflow and its machine's ARN."""
        prefix = self.names.machine("")
        for page in self.machines.get_paginator("list_state_machines").paginate():
            for machine in page["stateMachines"]:
                if machine["name"].startswith(prefix):
                    yield machine["name"].removeprefix(prefix), machine["stateMachineArn"]

    def _executions(self, workflow: str, arn: str) -> Iterator[Listed]:
        for found in self.machines.list_executions(stateMachineArn=arn, maxResults=_RUNS)["executions"]:
            yield Listed(found["name"], workflow, found["status"], found["startDate"])

    def _values(self, widgets: Sequence[Widget], begin: datetime, end: datetime) -> dict[str, list[Point]]:
        lines = iter([line for widget in widgets for line in widget.lines])
        values: dict[str, list[Point]] = defaultdict(list)
        while asked := list(islice(lines, _QUERIES)):
            for page in self._pages(asked, begin, end):
                for result in page["MetricDataResults"]:
                    values[result["Id"]] += map(Point, result["Timestamps"], result["Values"])
        return values

    def _pages(self, lines: Sequence[Line], begin: datetime, end: datetime) -> Iterator[Any]:
        queries: Any = [_query(line) for line in lines]
        return iter(self.cloudwatch.get_paginator("get_metric_data").paginate(MetricDataQueries=queries, StartTime=begin, EndTime=end))


def _first(values: Mapping[str, Sequence[Point]], begin: datetime, end: datetime) -> datetime:
    """Where the charts begin: of a deployment that is young, at its first value."""
    first = min((point.at for points in values.values() for point in points), default=begin)
    return max(begin, min(first, end - _NARROWEST) - _NARROWEST / 10)


def _query(line: Line) -> dict[str, Any]:
    dimensions = [{"Name": name, "Value": value} for name, value in line.dimensions]
    metric = {"Namespace": line.namespace, "MetricName": line.metric, "Dimensions": dimensions}
    return {"Id": line.id, "MetricStat": {"Metric": metric, "Period": 60, "Stat": line.statistic}}


class _reading:  # noqa: N801 (a context manager reads as a verb)
    """AWS's errors in a sentence."""

    def __init__(self, what: str) -> None:
        self._what = what

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if isinstance(error, AwsError | BotoCoreError):
            raise CliError(
                f"CloudWatch or Step Functions does not give {self._what}: {error}. Check the stage and your credentials."
            ) from error
