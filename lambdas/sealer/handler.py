"""The sealer: on its schedule it signs how far each run's chain has come."""

from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from lambdas.sealer.wiring import ports
from remit.adapters.observability import logger, metrics, observed
from remit.usecases.seal import seal


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    made = seal(ports())
    metrics.add_metric("Seals", MetricUnit.Count, 1)
    logger.info("ledger.sealed", seal=made.seal, segments=len(made.segments), irregularities=len(made.irregularities))
    return {"seal": made.seal}
