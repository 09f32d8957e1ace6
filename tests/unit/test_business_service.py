"""How a tool calls the business's own service: only what it was given, and what was refused is told from what nobody knows."""

import json
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from remit.adapters.business_service import BusinessService
from remit.adapters.session_policy import Ground, to_act, to_look
from remit.charters import load_charter
from remit.toolkit import NoService, ToolFailed
from tests.fakes.dynamodb import NAMES

FUNCTION = NAMES.operation("mailbox", "delete")
GROUND = Ground(
    charter=load_charter(Path("charters/mailbox.yaml")), names=NAMES, partition="aws", region="eu-west-1", account="123456789012"
)


class Lambda:
    """Answers each call with the same."""

    def __init__(self, answer: dict[str, Any] | ClientError) -> None:
        self._answer = answer
        self.called: list[tuple[str, Any]] = []

    def invoke(self, **request: Any) -> dict[str, Any]:  # noqa: ANN401 - as boto3 is called
        self.called.append((request["FunctionName"], json.loads(request["Payload"])))
        if isinstance(self._answer, ClientError):
            raise self._answer
        return self._answer


def answering(said: object, **more: str) -> Lambda:
    return Lambda({"Payload": BytesIO(json.dumps(said).encode()), **more})


def service(client: Lambda) -> BusinessService:
    return BusinessService(client, {"delete": FUNCTION})  # type: ignore[arg-type]


def refused(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "why"}}, "Invoke")


def test_an_operation_is_a_function_and_its_answer_an_object() -> None:
    client = answering({"deleted": True})
    assert service(client).call("delete", {"message_id": "M-1"}) == {"deleted": True}
    assert client.called == [(FUNCTION, {"message_id": "M-1"})]


def test_what_the_service_refuses_was_not_done() -> None:
    with pytest.raises(ToolFailed, match=r"^There is no such message\.$"):
        service(answering({"refused": "There is no such message."})).call("delete", {})


@pytest.mark.parametrize("code", ["AccessDeniedException", "ResourceNotFoundException"])
def test_a_function_that_lambda_does_not_run_did_nothing(code: str) -> None:
    with pytest.raises(ToolFailed):
        service(Lambda(refused(code))).call("delete", {})


def test_a_function_that_fails_may_have_done_something() -> None:
    with pytest.raises(RuntimeError):
        service(answering({"errorType": "KeyError"}, FunctionError="Unhandled")).call("delete", {})
    with pytest.raises(ClientError):
        service(Lambda(refused("ServiceException"))).call("delete", {})


def test_what_is_no_object_is_no_answer() -> None:
    with pytest.raises(RuntimeError):
        service(answering(["deleted"])).call("delete", {})


def test_an_operation_that_the_tool_was_not_given_is_not_called() -> None:
    client = answering({})
    for given in (service(client), NoService()):
        with pytest.raises(ToolFailed):
            given.call("list", {})
    assert client.called == []


def test_a_session_may_call_what_its_tool_calls_and_a_reading_one_what_it_looks_with() -> None:
    (acts,) = json.loads(to_act(GROUND, "mailbox.ask_to_delete", None))["Statement"]
    (looks,) = json.loads(to_look(GROUND, "mailbox.ask_to_delete", None))["Statement"]
    arn = "arn:aws:lambda:eu-west-1:123456789012:function:"
    assert (acts["Action"], acts["Resource"]) == ("lambda:InvokeFunction", [f"{arn}{FUNCTION}"])
    assert looks["Resource"] == [f"{arn}{NAMES.operation('mailbox', 'list')}"]
