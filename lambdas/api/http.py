"""What all routes have in common: who asks, and how they are answered."""

import json
from http import HTTPStatus

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent

from remit.domain.intent import Requester
from remit.domain.model import JsonObject


def requester_of(event: APIGatewayProxyEvent) -> Requester:
    """Who signed. Raises ValueError where nobody did: the API's routes all want a signature."""
    return Requester(arn=event.request_context.identity.user_arn or "")


def json_answer(status: HTTPStatus, body: JsonObject) -> Response[str]:
    return Response(status_code=status, content_type="application/json", body=json.dumps(body))
