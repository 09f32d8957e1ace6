"""What a response of the deployed API says: a typed answer, or an error."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, TypeVar

import requests
from pydantic import ValidationError

from remit.answers import Answer, Reason
from remit.client_errors import ClientError, Conflict, Forbidden, Invalid, NotFound, Unauthorized, Unavailable, Unexpected

RETRIED = frozenset({429, 500, 502, 503, 504})
Result = TypeVar("Result", bound=Answer)
_ERRORS: Mapping[int, type[ClientError]] = {
    400: Invalid,
    401: Unauthorized,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    410: Conflict,
    429: Unavailable,
}


def parsed(result: type[Result], response: requests.Response) -> Result:
    """The typed answer. What came of an action is one whatever its status; any other error status raises."""
    body = _json(response)
    if not response.ok and not governed(response):
        raise _error(response.status_code, body)
    try:
        return result.model_validate(body)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise Unexpected(f"The API's answer is not a {result.__name__}: {where}: {first['msg']}.", response.status_code) from error


def governed(response: requests.Response) -> bool:
    """Whether it tells what came of an action: refused (403), or begun and not known to be done (502)."""
    return response.status_code in {HTTPStatus.FORBIDDEN, HTTPStatus.BAD_GATEWAY} and "outcome" in _json(response)


def _json(response: requests.Response) -> dict[str, Any]:
    """The answer's object; none where a proxy or a gateway answered in another form."""
    try:
        body = response.json()
    except requests.JSONDecodeError:
        body = None
    return body if isinstance(body, dict) else {}


def _error(status: int, body: dict[str, Any]) -> ClientError:
    kind = _ERRORS.get(status, Unavailable if status in RETRIED else Unexpected)
    message = str(body.get("message") or body.get("Message") or f"The API answered {status}.")
    reasons = tuple(Reason.model_validate(reason) for reason in body.get("reasons") or ())
    return kind(message, status, body.get("error"), reasons, body.get("run"))
