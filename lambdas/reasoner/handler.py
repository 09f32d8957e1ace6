"""One agent's reasoner: it proposes or speaks, and can do neither to anything but its answer."""

from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from lambdas.reasoner.turn import Turn, take_turn
from lambdas.reasoner.wiring import reasoner
from remit.adapters.observability import about, metrics, observed


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    turn = Turn.model_validate(event)
    about(run=turn.run)
    metrics.add_metric("Turns", MetricUnit.Count, 1)
    return take_turn(turn, reasoner()).model_dump(mode="json")
