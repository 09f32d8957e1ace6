"""The executor of whoever reads logs: it writes to memory once per warrant, and does nothing without one."""

from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from lambdas.asserter.wiring import ports
from remit.adapters.observability import about, metrics, observed
from remit.usecases.perform import attempt, run_of


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    if run := run_of(event):
        about(run=run)
    metrics.add_metric("Orders", MetricUnit.Count, 1)
    return attempt(event, ports()).model_dump(mode="json")
