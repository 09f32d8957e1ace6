"""The functions that Remit's functions call: the gate asks executors, approvals wake the gate."""

from typing import TYPE_CHECKING

from pydantic import ValidationError

from remit.adapters.aws import calling
from remit.domain.action import Failure
from remit.domain.canonical import canonical
from remit.domain.errors import Unavailable, WarrantRefused
from remit.domain.model import JsonObject
from remit.domain.warrant import Receipt, Warrant
from remit.execution_ports import Executor, Performed
from remit.names import Names
from remit.ports import Gate

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient


class LambdaExecutor(Executor):
    """The executors of one domain's agents."""

    def __init__(self, client: "LambdaClient", names: Names, domain: str) -> None:
        self._client, self._names, self._domain = client, names, domain

    def perform(self, warrant: Warrant, payload: JsonObject) -> Receipt:
        order = canonical({"warrant": warrant.model_dump(mode="json"), "payload": payload})
        with calling("Lambda"):
            answer = self._client.invoke(FunctionName=self._names.executor(self._domain, warrant.agent), Payload=order)
            body = answer["Payload"].read()
        if "FunctionError" in answer:
            raise Unavailable(f"The executor of '{warrant.agent}' broke off; whether it acted is not known yet.")
        return _receipt(body)


class LambdaGate(Gate):
    """The gates of all domains, asked without waiting: Lambda repeats the call until it is taken."""

    def __init__(self, client: "LambdaClient", names: Names) -> None:
        self._client, self._names = client, names

    def resume(self, domain: str, run: str, approval: str) -> None:
        with calling("Lambda"):
            wake = canonical({"approval": approval, "run": run})
            self._client.invoke(FunctionName=self._names.gate(domain), InvocationType="Event", Payload=wake)


def _receipt(body: bytes) -> Receipt:
    try:
        performed = Performed.model_validate_json(body)
    except ValidationError as error:
        raise Unavailable("The executor's answer cannot be read; whether it acted is not known yet.") from error
    if performed.receipt is not None:
        return performed.receipt
    failure = performed.failure or Failure(error=Unavailable.code, message="The executor gave no answer.")
    raise (WarrantRefused if failure.error == WarrantRefused.code else Unavailable)(failure.message, failure.reasons)
