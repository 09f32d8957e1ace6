"""What all routes have in common: who asks, and how they are answered."""

import json
from http import HTTPStatus

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent

from lambdas.api.statuses import status_of_action
from remit.domain.intent import Requester
from remit.domain.model import JsonObject

# How long a caller need not ask again, in seconds.
_KEPT_SECONDS = 60
_POLL_AFTER_SECONDS = 2


def requester_of(event: APIGatewayProxyEvent) -> Requester:
    """Who signed. Raises ValueError where nobody did: the API's routes all want a signature."""
    return Requester(arn=event.request_context.identity.user_arn or "")


def json_answer(status: HTTPStatus, body: JsonObject) -> Response[str]:
    return Response(status_code=status, content_type="application/json", body=json.dumps(body))


def action_answer(body: JsonObject) -> Response[str]:
    """What came of an action; for one that is not over, where to ask again and when, as HTTP's own headers say it too."""
    return _polled(status_of_action(body), body)


def standing_answer(body: JsonObject) -> Response[str]:
    """How something stands that takes its time: a log that is read, an action that was asked for before."""
    return _polled(HTTPStatus.ACCEPTED if "poll" in body else HTTPStatus.OK, body)


def kept_answer(body: JsonObject, digest: str, known: str | None) -> Response[str]:
    """A body that callers may keep, and that is not sent again to who has it."""
    tag = f'"{digest}"'
    headers = {"ETag": tag, "Cache-Control": f"private, max-age={_KEPT_SECONDS}"}
    if known == tag:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, body="", headers=headers)
    return Response(status_code=HTTPStatus.OK, content_type="application/json", body=json.dumps(body), headers=headers)


def _polled(status: HTTPStatus, body: JsonObject) -> Response[str]:
    headers = {}
    if status is HTTPStatus.ACCEPTED:
        headers = {"Location": str(body["poll"]), "Retry-After": str(_POLL_AFTER_SECONDS)}
    return Response(status_code=status, content_type="application/json", body=json.dumps(body), headers=headers)
