"""The gate: one governed action proposed by a state machine, or one to go on with after a human answered."""

from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import TypeAdapter

from lambdas.gate.wiring import ports
from remit.adapters.observability import about, logger, metrics, tracer
from remit.domain.model import Model
from remit.usecases.gate import Proposal, govern, resume


class Resume(Model):
    """An approval that has been answered."""

    approval: str


_COMMAND: TypeAdapter[Proposal | Resume] = TypeAdapter(Proposal | Resume)


@logger.inject_lambda_context(clear_state=True)
@tracer.capture_lambda_handler(capture_response=False)
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    command = _COMMAND.validate_python(event)
    match command:
        case Proposal():
            about(run=command.intent.run, step=command.intent.step, agent=command.intent.agent, tool=command.intent.tool)
            metrics.add_metric("Proposals", MetricUnit.Count, 1)
            govern(command, ports())
        case Resume():
            about(approval=command.approval)
            metrics.add_metric("Resumptions", MetricUnit.Count, 1)
            resume(command.approval, ports())
