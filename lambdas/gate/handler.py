"""The gate: one governed action proposed by a state machine, or one to go on with after a human answered."""

from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import ConfigDict, TypeAdapter

from lambdas.gate.wiring import ports
from remit.adapters.observability import about, metrics, observed
from remit.domain.model import Model
from remit.usecases.gate import Proposal, govern, resume


class Resume(Model):
    """An approval that has been answered; `run` is for the log only."""

    approval: str
    run: str


# Whoever reads the log need not see what was in a malformed event.
_COMMAND: TypeAdapter[Proposal | Resume] = TypeAdapter(Proposal | Resume, config=ConfigDict(hide_input_in_errors=True))


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    command = _COMMAND.validate_python(event)
    match command:
        case Proposal():
            about(run=command.intent.run, step=command.intent.step, agent=command.intent.agent, tool=command.intent.tool)
            metrics.add_metric("Proposals", MetricUnit.Count, 1)
            govern(command, ports())
        case Resume():
            about(run=command.run, approval=command.approval)
            metrics.add_metric("Resumptions", MetricUnit.Count, 1)
            resume(command.approval, ports())
