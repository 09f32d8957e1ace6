"""API Gateway's proxy events and answers, as Lambda sees them."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

CALLER = "arn:aws:iam::000000000000:user/caller"


@dataclass
class Context:
    """What Powertools reads of a Lambda context."""

    function_name: str = "function"
    memory_limit_in_mb: int = 128
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:000000000000:function:function"
    aws_request_id: str = "request-1"


def event(
    method: str,
    path: str,
    *,
    body: str | None = None,
    query: dict[str, str] | None = None,
    headers: dict[str, str] | None = None,
    caller: str | None = CALLER,
) -> Any:  # noqa: ANN401
    """A REST API event by an authenticated caller, or by nobody that API Gateway knows."""
    return {
        "httpMethod": method,
        "path": path,
        "resource": path,
        "headers": {"Content-Type": "application/json", **(headers or {})},
        "multiValueHeaders": {},
        "queryStringParameters": query,
        "multiValueQueryStringParameters": {name: [value] for name, value in (query or {}).items()},
        "requestContext": {"identity": {"userArn": caller}, "requestId": "request-1", "stage": "test", "path": path, "httpMethod": method},
        "pathParameters": None,
        "stageVariables": None,
        "body": body,
        "isBase64Encoded": False,
    }


def form(**fields: str) -> str:
    return urlencode(fields)


def answer_of(response: dict[str, Any]) -> tuple[int, Any]:
    """Status and JSON body."""
    return response["statusCode"], json.loads(response["body"])
