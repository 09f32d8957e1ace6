"""X-Ray inside a MiniStack that is started in this process."""

import json
import os
import uuid
from collections.abc import Mapping
from typing import Any

from botocore.loaders import Loader
from botocore.model import ServiceModel
from ministack import app
from ministack.core.responses import get_account_id, get_region
from ministack.core.router import SERVICE_PATTERNS

from remit.local.services import forget_too, refusal
from remit.local.state import ACCOUNT_ID, REGION
from remit.local.xray import tracing
from remit.local.xray.daemon import listen
from remit.local.xray.service import OPERATIONS, InvalidRequest, XRay, answer

NAME = "xray"
# Where Lambda tells the X-Ray SDK, in every function, to send its segments.
DAEMON = "AWS_XRAY_DAEMON_ADDRESS"
_FORBIDDEN, _BAD, _UNKNOWN = 403, 400, 404
Response = tuple[int, dict[str, str], bytes]


def register() -> XRay:
    """Add the service to MiniStack, and the daemon; call it before `ministack.app.main()`."""
    service, paths = XRay(), _paths()

    async def handle(method: str, path: str, headers: Mapping[str, str], body: bytes, query: Mapping[str, Any]) -> Response:
        operation = paths.get(path.rstrip("/"))
        if operation is None:
            return _failure(_UNKNOWN, "UnknownOperationException", f"{path} is not served by the local X-Ray.")
        if refused := refusal(headers, f"{NAME}:{operation}", get_region()):
            return _failure(_FORBIDDEN, "AccessDeniedException", refused)
        try:
            return _response(200, answer(operation, body, service.traces(get_account_id(), get_region())))
        except InvalidRequest as error:
            return _failure(_BAD, "InvalidRequestException", str(error))

    SERVICE_PATTERNS[NAME] = {"host_patterns": [r"^xray\."]}
    app.SERVICE_HANDLERS[NAME] = handle
    traces = service.traces(os.environ.get("MINISTACK_ACCOUNT_ID", ACCOUNT_ID), os.environ.get("MINISTACK_REGION", REGION))
    tracing.apply(traces.put)
    forget_too(service.reset)
    listen(int(os.environ.get(DAEMON, ":0").rpartition(":")[2]), traces.put)
    return service


def _paths() -> dict[str, str]:
    model = ServiceModel(Loader().load_service_model(NAME, "service-2"), NAME)
    return {model.operation_model(name).http["requestUri"]: name for name in OPERATIONS}


def _failure(status: int, code: str, message: str) -> Response:
    code_header = {"x-amzn-errortype": code}
    return _response(status, {"__type": code, "message": message, "Message": message}, code_header)


def _response(status: int, body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Response:
    common = {"Content-Type": "application/json", "x-amzn-requestid": str(uuid.uuid4())}
    return status, {**common, **(headers or {})}, json.dumps(body).encode()
