"""The API of approvals. Who answers is who signed the request, never what the body says."""

import json
from datetime import datetime
from http import HTTPStatus

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError
from aws_lambda_powertools.metrics import MetricUnit

from lambdas.approvals.wiring import ports
from remit.adapters.observability import about, metrics
from remit.domain.action import failure_of
from remit.domain.errors import AgentSuspended, InvalidRequest, NotFound, Reason, RemitError, Unavailable
from remit.domain.model import JsonObject, Model
from remit.domain.route import Address
from remit.domain.situation import Situation
from remit.usecases.answer import waiting
from remit.usecases.deputise import away, hand_over
from remit.usecases.identified import Agreed, Person, answer_as, by_arn, stands

app = APIGatewayRestResolver(enable_validation=True)

_STATUSES = {
    InvalidRequest.code: HTTPStatus.BAD_REQUEST,
    NotFound.code: HTTPStatus.NOT_FOUND,
    AgentSuspended.code: HTTPStatus.CONFLICT,
    Unavailable.code: HTTPStatus.SERVICE_UNAVAILABLE,
}


class Appoint(Model):
    to: Address
    until: datetime


@app.get("/approvals")
def listed() -> Response[str]:
    metrics.add_metric("ApprovalsListed", MetricUnit.Count, 1)
    return _json({"approvals": [approval.model_dump(mode="json") for approval in waiting(ports())]})


@app.get("/approvals/<approval>/answers")
def show(approval: str) -> Response[str]:
    metrics.add_metric("ApprovalsShown", MetricUnit.Count, 1)
    return _json(_body(stands(approval, _who(), ports())))


@app.post("/approvals/<approval>/answers")
def decide(approval: str, body: Agreed) -> Response[str]:
    answered = answer_as(_who(), approval, body, ports())
    about(run=answered.intent.run, approval=answered.id)
    metrics.add_metric("ApprovalsAnswered", MetricUnit.Count, 1)
    return _json(_body(stands(approval, _who(), ports())))


@app.post("/approvals/<approval>/deputies")
def appoint(approval: str, body: Appoint) -> Response[str]:
    metrics.add_metric("DeputiesAppointed", MetricUnit.Count, 1)
    question = stands(approval, _who(), ports()).approval
    return _json(hand_over(_who(), question, body.to, body.until, ports()).model_dump(mode="json"))


@app.post("/deputies")
def leave(body: Appoint) -> Response[str]:
    metrics.add_metric("DeputiesAppointed", MetricUnit.Count, 1)
    return _json(away(_who(), body.to, body.until, ports()).model_dump(mode="json"))


@app.exception_handler([RemitError, RequestValidationError])  # type: ignore[untyped-decorator]
def refuse(error: RemitError | RequestValidationError) -> Response[str]:
    metrics.add_metric("AnswersRefused", MetricUnit.Count, 1)
    known = error if isinstance(error, RemitError) else _malformed(error)
    return _json(failure_of(known).model_dump(mode="json"), _STATUSES.get(known.code, HTTPStatus.FORBIDDEN))


def _who() -> Person:
    return by_arn(app.current_event.request_context.identity.user_arn or "", ports())


def _body(seen: Situation) -> JsonObject:
    answers = [answer.model_dump(mode="json") for answer in seen.answers]
    return {**seen.approval.model_dump(mode="json"), "stands": seen.stands.value, "answers": [*answers]}


def _malformed(error: RequestValidationError) -> InvalidRequest:
    reasons = tuple(Reason(policy=".".join(map(str, each["loc"])), reason=each["msg"]) for each in error.errors())
    return InvalidRequest("; ".join(f"{reason.policy}: {reason.reason}" for reason in reasons), reasons)


def _json(body: JsonObject, status: HTTPStatus = HTTPStatus.OK) -> Response[str]:
    return Response(status_code=status, content_type="application/json", body=json.dumps(body))
