"""The routes of /delegations: on whose behalf runs act, and taking that back."""

from http import HTTPStatus
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query
from aws_lambda_powertools.event_handler.router import APIGatewayRouter
from aws_lambda_powertools.metrics import MetricUnit

from lambdas.api.bodies import Because
from lambdas.api.http import json_answer, requester_of
from lambdas.api.wiring import ports
from remit.adapters.observability import metrics
from remit.usecases.delegations import of_person, revoke

router = APIGatewayRouter()  # type: ignore[no-untyped-call]

Person = Annotated[str, Query(min_length=1, max_length=128)]


@router.get("/delegations")
def of(person: Person) -> Response[str]:
    metrics.add_metric("DelegationsListed", MetricUnit.Count, 1)
    found = [delegation.model_dump(mode="json") for delegation in of_person(person, ports().delegations)]
    return json_answer(HTTPStatus.OK, {"delegations": [*found]})


@router.post("/delegations/<delegation>/revoke")
def take_back(delegation: str, body: Because) -> Response[str]:
    metrics.add_metric("DelegationsRevoked", MetricUnit.Count, 1)
    revoked = revoke(delegation, body.reason, requester_of(router.current_event), ports().delegations)
    return json_answer(HTTPStatus.OK, revoked.model_dump(mode="json"))
