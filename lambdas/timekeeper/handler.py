"""The timekeeper: on its schedule it wakes the gates whose questions have become due."""

from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from lambdas.timekeeper.wiring import ports
from remit.adapters.observability import metrics, observed
from remit.usecases.wake import wake_due


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    woken = wake_due(ports())
    metrics.add_metric("ApprovalsDue", MetricUnit.Count, woken)
    return {"woken": woken}
