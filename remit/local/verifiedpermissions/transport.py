"""The service over HTTP, in AWS JSON 1.0."""

import json
import logging
import uuid
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from remit.local.verifiedpermissions.errors import InternalServerException, ServiceError, ValidationException
from remit.local.verifiedpermissions.service import VerifiedPermissions
from remit.local.verifiedpermissions.state import Account

HttpResponse = tuple[int, dict[str, str], bytes]
Handler = Callable[[str, str, Mapping[str, str], bytes, Mapping[str, Any]], Coroutine[Any, Any, HttpResponse]]
Guard = Callable[[str, Mapping[str, Any], Mapping[str, str]], None]

_TARGET = "VerifiedPermissions."
_MOST_BYTES = 1_000_000
_log = logging.getLogger(__name__)


def handler(service: VerifiedPermissions, account: Callable[[], Account], guard: Guard | None = None) -> Handler:
    """An async request handler. `account` says whose request it is; `guard` raises for a caller without permission."""

    async def handle(method: str, path: str, headers: Mapping[str, str], body: bytes, query: Mapping[str, Any]) -> HttpResponse:
        return answer(service, account(), headers, body, guard)

    return handle


def answer(
    service: VerifiedPermissions, account: Account, headers: Mapping[str, str], body: bytes, guard: Guard | None = None
) -> HttpResponse:
    """The HTTP response to one request."""
    try:
        operation = _operation(headers)
        request = _request(body)
        if guard:
            guard(operation, request, headers)
        return _response(200, service.call(account, operation, request))
    except ServiceError as error:
        return _failure(error)
    except Exception:  # noqa: BLE001 - a defect in here must reach the caller as the service's own InternalServerException
        _log.exception("the request could not be answered")
        return _failure(InternalServerException("The request could not be answered"))


def _operation(headers: Mapping[str, str]) -> str:
    target = next((value for name, value in headers.items() if name.lower() == "x-amz-target"), "")
    if not target.startswith(_TARGET):
        raise ValidationException("The request has no X-Amz-Target of this service")
    return target.removeprefix(_TARGET)


def _request(body: bytes) -> dict[str, Any]:
    if len(body) > _MOST_BYTES:
        raise ValidationException(f"A request has at most {_MOST_BYTES} bytes")
    try:
        request = json.loads(body or b"{}")
    except ValueError as error:
        raise ValidationException("The request is not JSON") from error
    if not isinstance(request, dict):
        raise ValidationException("The request is not a JSON object")
    return request


def _failure(error: ServiceError) -> HttpResponse:
    body = {"__type": f"com.amazonaws.verifiedpermissions#{error.code}", "message": error.message, **error.members}
    return _response(error.status, body, {"x-amzn-errortype": error.code})


def _response(status: int, body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> HttpResponse:
    common = {"Content-Type": "application/x-amz-json-1.0", "x-amzn-requestid": str(uuid.uuid4())}
    return status, {**common, **(headers or {})}, json.dumps(body).encode()
