"""One agent's executor: it acts once per warrant, under the agent's own role, and does nothing without one."""

from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from lambdas.executor.wiring import ports
from remit.adapters.observability import logger, metrics, tracer
from remit.usecases.perform import attempt


@logger.inject_lambda_context(clear_state=True)
@tracer.capture_lambda_handler(capture_response=False)
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    metrics.add_metric("Orders", MetricUnit.Count, 1)
    return attempt(event, ports()).model_dump(mode="json")
