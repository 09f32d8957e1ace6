"""The recorder: how a run ended, for the ledger and for the state machine."""

from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from lambdas.recorder.wiring import ports
from remit.adapters.observability import about, metrics, observed
from remit.usecases.close import close
from remit.usecases.ending import Close


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    end = Close.model_validate(event)
    about(run=end.run)
    metrics.add_metric("RunsClosed", MetricUnit.Count, 1)
    return close(end, ports()).model_dump(mode="json")
