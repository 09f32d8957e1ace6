"""A domain's extractor: it reads one log and says what that says. It can do nothing to any of it."""

from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from lambdas.extractor.read import Task, read
from lambdas.extractor.wiring import extractor
from remit.adapters.observability import about, metrics, observed


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    task = Task.model_validate(event)
    about(run=task.run)
    metrics.add_metric("LogsRead", MetricUnit.Count, 1)
    return read(task, extractor()).model_dump(mode="json")
