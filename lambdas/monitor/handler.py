"""The monitor: on its schedule it counts the questions that wait, and those that have waited too long."""

from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from lambdas.monitor.wiring import ports
from remit.adapters.observability import metrics, observed
from remit.usecases.monitor import look


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    metrics.add_metric("Looks", MetricUnit.Count, 1)
    return {"waiting": look(ports())}
