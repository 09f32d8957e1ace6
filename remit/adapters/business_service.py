"""The business's own service: one function for each operation, called under the agent's role, which IAM lets call these and no other.

A function answers with an object; one that has `refused` says why nothing was done. A function that fails may have done something.
"""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from remit.adapters.aws import code_of
from remit.domain.model import JsonObject
from remit.toolkit import Service, ToolFailed

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

# Lambda did not run the function.
_NOT_CALLED = {"AccessDeniedException", "ResourceNotFoundException", "InvalidRequestContentException"}


class BusinessService(Service):
    """`functions` has the physical name of each operation."""

    def __init__(self, client: "LambdaClient", functions: Mapping[str, str]) -> None:
        self._client, self._functions = client, functions

    def call(self, operation: str, request: JsonObject) -> JsonObject:
        if operation not in self._functions:
            raise ToolFailed(f"This tool cannot call '{operation}'.")
        answer = self._answer(self._functions[operation], request)
        if "refused" in answer:
            raise ToolFailed(str(answer["refused"]))
        return answer

    def _answer(self, function: str, request: JsonObject) -> JsonObject:
        try:
            invoked = self._client.invoke(FunctionName=function, Payload=json.dumps(request).encode())
        except ClientError as error:
            if code_of(error) in _NOT_CALLED:
                raise ToolFailed(error.response["Error"].get("Message", code_of(error))) from error
            raise
        if "FunctionError" in invoked:
            raise RuntimeError(f"{function} failed")
        answer = json.loads(invoked["Payload"].read())
        if not isinstance(answer, dict):
            raise RuntimeError(f"{function} answered with no object")  # noqa: TRY004 (nobody passed a wrong type)
        return answer
