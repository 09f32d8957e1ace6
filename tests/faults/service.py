"""AWS in this process, which can be made to fail at any one call: DynamoDB and STS in moto, Verified Permissions on Cedar, the rest here.

A call of the SDK is one point, however often the SDK asks again by itself.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from functools import partial
from io import BytesIO
from typing import Any, NamedTuple
from unittest.mock import patch
from urllib.parse import urlparse

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import EndpointConnectionError, ReadTimeoutError
from moto.core.botocore_stubber import BotocoreStubber

from remit.local.verifiedpermissions import transport
from remit.local.verifiedpermissions.service import VerifiedPermissions

# Who sets up and looks, outside of what is tried.
NOBODY = "nobody"


class Kind(StrEnum):
    """What happens at a call. `LOST_ONCE`: it has its effect, the answer is lost, and the SDK asks again."""

    BEFORE = "fails before it"
    AFTER = "fails after it"
    LOST_ONCE = "timeout"
    THROTTLED = "throttled"
    KILLED_BEFORE = "killed before it"
    KILLED_AFTER = "killed after it"


class Killed(BaseException):
    """The process has ended: nothing in it catches this."""


class Point(NamedTuple):
    """A call, by who makes it."""

    function: str
    operation: str

    def __str__(self) -> str:
        return f"{self.function}: {self.operation}"


class Answered(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes


Service = Callable[[str, bytes, AWSPreparedRequest], Answered]


class Cloud:
    """Notes every call, and lets one fail; `within` says which function makes it. `others` answer for what moto does not have."""

    def __init__(self) -> None:
        self.within = NOBODY
        self.others: dict[str, Service] = {"verifiedpermissions": self._decide}
        self.points: list[Point] = []
        self._fault: tuple[int, Kind] | None = None
        self._calls: dict[str, int] = {}
        self._tokens: dict[str, Any] = {}
        self._policies = VerifiedPermissions()
        self._moto: Any = None

    @contextmanager
    def running(self) -> Iterator["Cloud"]:
        """In moto's place while it is mocking."""
        self._moto = BotocoreStubber.__call__
        stub, cloud = BotocoreStubber, self

        def call(stubber: BotocoreStubber, event_name: str, request: AWSPreparedRequest, **_: Any) -> Any:  # noqa: ANN401
            return cloud._arrives(stubber, event_name, request)

        with patch.object(stub, "__call__", call), patch("botocore.endpoint.time.sleep", lambda seconds: None):
            yield self

    def begin(self, fault: tuple[int, Kind] | None) -> None:
        """From here on calls are counted, and the one of that number fails so."""
        self._fault = fault
        self.points.clear()
        self._calls.clear()
        self._tokens.clear()

    def _arrives(self, stubber: BotocoreStubber, event_name: str, request: AWSPreparedRequest) -> Any:  # noqa: ANN401
        _, service, operation = event_name.split(".")
        call = str(request.headers.get("amz-sdk-invocation-id"))
        again = call in self._calls
        if not again and self.within != NOBODY:
            self._calls[call] = len(self.points)
            self.points.append(Point(self.within, f"{service}.{operation}"))
        kind = self._fault[1] if self._fault and self._calls.get(call) == self._fault[0] else None
        answer = partial(self._answer, stubber, service, operation, event_name, request)
        match kind:
            case None:
                return answer()
            case Kind.BEFORE:
                raise EndpointConnectionError(endpoint_url=request.url)
            case Kind.THROTTLED:
                return _response(request, _throttled(service))
            case Kind.KILLED_BEFORE:
                raise Killed
            case Kind.LOST_ONCE if again:
                return answer()
            case _:
                if not again:
                    answer()
                if kind is Kind.KILLED_AFTER:
                    raise Killed
                raise ReadTimeoutError(endpoint_url=request.url)

    def _answer(self, stubber: BotocoreStubber, service: str, operation: str, event_name: str, request: AWSPreparedRequest) -> Any:  # noqa: ANN401
        body = request.body if isinstance(request.body, bytes) else str(request.body or "").encode()
        if service in self.others:
            return _response(request, self.others[service](operation, body, request))
        # DynamoDB does a transaction once for one token of a client; moto does it again.
        token = json.loads(body).get("ClientRequestToken") if operation == "TransactWriteItems" else None
        if token in self._tokens:
            return _response(request, self._tokens[token])
        answer = self._moto(stubber, event_name, request)
        if token and answer.status_code == 200:
            self._tokens[token] = Answered(200, dict(answer.headers), answer.content)
            return _response(request, self._tokens[token])
        return answer

    def _decide(self, operation: str, body: bytes, request: AWSPreparedRequest) -> Answered:
        headers = {name: value.decode() if isinstance(value, bytes) else str(value) for name, value in request.headers.items()}
        return Answered(*transport.answer(self._policies, self._policies.account(), headers, body))


class _Raw(BytesIO):
    def stream(self, **_: object) -> Iterator[bytes]:
        yield self.read()


def _response(request: AWSPreparedRequest, answer: Answered) -> AWSResponse:
    return AWSResponse(request.url, answer.status, HTTPHeaders.from_dict(answer.headers), _Raw(answer.body))


def _throttled(service: str) -> Answered:
    if service == "s3":
        return Answered(503, {}, b"<Error><Code>SlowDown</Code><Message>Reduce your request rate</Message></Error>")
    if service == "sts":
        error = "<Error><Type>Sender</Type><Code>Throttling</Code><Message>Rate exceeded</Message></Error>"
        return Answered(400, {}, f'<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">{error}</ErrorResponse>'.encode())
    code = {"dynamodb": "ProvisionedThroughputExceededException", "sesv2": "TooManyRequestsException", "lambda": "TooManyRequestsException"}
    name = code.get(service, "ThrottlingException")
    body = json.dumps({"__type": name, "message": "Rate exceeded"}).encode()
    return Answered(429 if service in {"lambda", "sesv2"} else 400, {"x-amzn-errortype": name}, body)


def path_of(request: AWSPreparedRequest) -> str:
    return urlparse(request.url).path
