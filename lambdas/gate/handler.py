"""The gate: one governed action proposed by a state machine, or one to go on with, as a human answered, or could not be reached, or as
time passed."""

from typing import Any, Literal

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import ConfigDict, Field, TypeAdapter

from lambdas.gate.wiring import ports
from remit.adapters.observability import about, metrics, observed
from remit.domain.model import Model
from remit.usecases.gate import Proposal, came_back, govern, resume


class Resume(Model):
    """An approval that has been answered; `run` is for the log only."""

    approval: str
    run: str


class Tags(Model):
    """What the mail said of itself when it was sent."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    approval: tuple[str]
    domain: tuple[str]


class Sent(Model):
    model_config = ConfigDict(frozen=True, extra="ignore")

    destination: tuple[str]
    tags: Tags


class Detail(Model):
    model_config = ConfigDict(frozen=True, extra="ignore")

    mail: Sent


class CameBack(Model):
    """SES on the event bus: a mail to one approver did not arrive, and why in SES's words."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    kind: Literal["Email Bounced", "Email Rejected"] = Field(alias="detail-type")
    detail: Detail


# Whoever reads the log need not see what was in a malformed event.
Command = Proposal | Resume | CameBack
_COMMAND: TypeAdapter[Command] = TypeAdapter(Command, config=ConfigDict(hide_input_in_errors=True, defer_build=True))


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
        case CameBack():
            mail = command.detail.mail
            about(approval=mail.tags.approval[0])
            metrics.add_metric("MailsCameBack", MetricUnit.Count, 1)
            came_back(mail.tags.approval[0], mail.destination[0], f"SES: {command.kind}", ports())
