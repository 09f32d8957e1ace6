"""Where humans answer: pages for whoever has a link, and an API for whoever signs the request."""

from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from lambdas.approvals import api, pages
from remit.adapters.observability import metrics, observed


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    metrics.add_metric("Requests", MetricUnit.Count, 1)
    # API Gateway says who signed only where the route wants a signature.
    signed = bool(event["requestContext"]["identity"].get("userArn"))
    return (api.app if signed else pages.app).resolve(event, context)
