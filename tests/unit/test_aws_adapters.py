"""Adapters that only hand over: what they send, and what they make of AWS's errors."""

import json
from io import BytesIO
from typing import Any

import boto3
import pytest
from botocore.response import StreamingBody
from botocore.stub import ANY, Stubber

from remit.adapters.lambda_functions import LambdaExecutor
from remit.adapters.ses import SesMailer
from remit.adapters.stepfunctions import StepFunctionsTasks, StepFunctionsWorkflows
from remit.domain.action import Failure
from remit.domain.errors import MailRefused, Unavailable, WarrantRefused
from remit.domain.labels import Labels
from remit.domain.memory import Confidentiality, Integrity
from remit.domain.warrant import Receipt, Verification, mint
from remit.execution_ports import Performed
from remit.names import Names
from remit.ports import Mail, RunState
from tests.fakes.clock import NOON
from tests.fakes.gate import make_intent, refund

WARRANT = mint(make_intent(refund()), NOON)
RECEIPT = Receipt(warrant=WARRANT.id, executed_as="arn", read_back_as="arn", verification=Verification.MATCH, expected={}, observed={})
MAIL = Mail(
    to="f@example.com",
    subject="Approval: ü",
    text="text",
    html="<p>html</p>",
    thread="ap-1",
    labels={"approval": "ap-1"},
    carries=Labels(integrity=Integrity.EXTERNAL, confidentiality=Confidentiality.INTERNAL),
)
EXECUTION = "arn:aws:states:us-east-1:1:execution:remit-test-refunds:run-1"


def client(service: str) -> Any:  # noqa: ANN401
    return boto3.client(service, region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")  # type: ignore[call-overload]


def performed(body: bytes, **more: object) -> Receipt:
    functions = client("lambda")
    with Stubber(functions) as stub:
        answer = {"StatusCode": 200, "Payload": StreamingBody(BytesIO(body), len(body)), **more}
        stub.add_response("invoke", answer, {"FunctionName": "remit-test-refunds-support-executor", "Payload": ANY})
        return LambdaExecutor(functions, Names("test"), "refunds").perform(WARRANT, refund())


def test_an_executors_receipt_is_handed_on() -> None:
    assert performed(Performed(receipt=RECEIPT).model_dump_json().encode()) == RECEIPT


def test_an_executors_refusal_of_the_warrant_is_handed_on() -> None:
    refusal = Performed(failure=Failure(error="Remit.WarrantRefused", message="used too late"))
    with pytest.raises(WarrantRefused, match="used too late"):
        performed(refusal.model_dump_json().encode())


@pytest.mark.parametrize("body", [b"", b"null", b"{}", b'{"receipt": {}}', b'{"receipt": null, "failure": null}', b"<html>"])
def test_an_answer_that_cannot_be_read_is_retryable_and_no_receipt(body: bytes) -> None:
    with pytest.raises(Unavailable):
        performed(body)


def test_an_executor_that_broke_off_is_retryable() -> None:
    with pytest.raises(Unavailable, match="not known"):
        performed(b'{"errorMessage": "x"}', FunctionError="Unhandled")


@pytest.mark.parametrize("code", ["TaskTimedOut", "TaskDoesNotExist", "InvalidToken"])
def test_a_task_that_nobody_waits_for_is_no_error(code: str) -> None:
    states = client("stepfunctions")
    with Stubber(states) as stub:
        stub.add_client_error("send_task_success", code)
        stub.add_client_error("send_task_failure", code)
        StepFunctionsTasks(states).succeed("token", RECEIPT)
        StepFunctionsTasks(states).fail("token", Failure(error="Remit.Denied", message="no"))
        stub.assert_no_pending_responses()


@pytest.mark.parametrize("code", ["TaskTimedOut", "TaskDoesNotExist", "InvalidToken"])
def test_a_task_waits_as_long_as_its_heartbeat_is_taken(code: str) -> None:
    states = client("stepfunctions")
    with Stubber(states) as stub:
        stub.add_response("send_task_heartbeat", {})
        stub.add_client_error("send_task_heartbeat", code)
        assert [StepFunctionsTasks(states).waits("token") for _ in range(2)] == [True, False]


def test_a_refusal_too_long_for_step_functions_is_cut_and_still_json() -> None:
    states, failure = client("stepfunctions"), Failure(error="Remit.Denied", message="x" * 40_000)
    sent: list[dict[str, Any]] = []
    states.meta.events.register("before-parameter-build.sfn.SendTaskFailure", lambda params, **_: sent.append(params))
    with Stubber(states) as stub:
        stub.add_response("send_task_failure", {})
        StepFunctionsTasks(states).fail("token", failure)
    assert len(sent[0]["cause"]) < 32_768
    assert json.loads(sent[0]["cause"])["error"] == "Remit.Denied"


def test_starting_an_execution_that_exists_is_no_error() -> None:
    states = client("stepfunctions")
    with Stubber(states) as stub:
        stub.add_client_error("start_execution", "ExecutionAlreadyExists")
        StepFunctionsWorkflows(states, Names("test"), "us-east-1", "1").start("refunds", "run-1", {"run": "run-1"})
        stub.assert_no_pending_responses()


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ({"status": "SUCCEEDED", "output": '{"outcome": "DONE"}'}, RunState(status="SUCCEEDED", output={"outcome": "DONE"})),
        ({"status": "FAILED", "error": "E", "cause": "c", "output": "{}"}, RunState(status="FAILED", error="E", cause="c")),
        ({"status": "RUNNING"}, RunState(status="RUNNING")),
    ],
)
def test_where_an_execution_stands(answer: dict[str, str], state: RunState) -> None:
    states = client("stepfunctions")
    machine = "arn:aws:states:us-east-1:1:stateMachine:remit-test-refunds"
    with Stubber(states) as stub:
        whole = {"executionArn": EXECUTION, "stateMachineArn": machine, "startDate": NOON, **answer}
        stub.add_response("describe_execution", whole, {"executionArn": EXECUTION})
        assert StepFunctionsWorkflows(states, Names("test"), "us-east-1", "1").state("refunds", "run-1") == state


def test_an_execution_that_does_not_exist_is_none() -> None:
    states = client("stepfunctions")
    with Stubber(states) as stub:
        stub.add_client_error("describe_execution", "ExecutionDoesNotExist")
        assert StepFunctionsWorkflows(states, Names("test"), "us-east-1", "1").state("refunds", "run-1") is None


def test_a_mail_has_a_text_and_an_html_part() -> None:
    body = _sent()["Content"]["Simple"]["Body"]
    assert (body["Text"]["Data"], body["Html"]["Data"]) == ("text", "<p>html</p>")


def test_a_mail_answers_to_its_threads_root_and_is_sent_under_the_settings_that_track_nothing() -> None:
    sent = _sent()
    headers = {header["Name"]: header["Value"] for header in sent["Content"]["Simple"]["Headers"]}
    assert (headers["References"], headers["In-Reply-To"]) == ("<ap-1@example.com>", "<ap-1@example.com>")
    assert (sent["ConfigurationSetName"], sent["EmailTags"]) == ("remit-test-mail", [{"Name": "approval", "Value": "ap-1"}])


def test_a_mail_says_in_its_headers_what_it_carries() -> None:
    headers = {header["Name"]: header["Value"] for header in _sent()["Content"]["Simple"]["Headers"]}
    assert (headers["X-Remit-Integrity"], headers["X-Remit-Confidentiality"]) == ("external", "internal")


@pytest.mark.parametrize("code", ["MessageRejected", "BadRequestException"])
def test_an_address_that_ses_will_not_send_to_is_refused(code: str) -> None:
    ses = client("sesv2")
    with Stubber(ses) as stub:
        stub.add_client_error("send_email", code, "Email address is not verified.")
        with pytest.raises(MailRefused, match="Email address is not verified"):
            SesMailer(ses, "remit@example.com", Names("test")).send(MAIL)


def test_a_mail_service_that_throttles_is_retryable() -> None:
    ses = client("sesv2")
    with Stubber(ses) as stub:
        stub.add_client_error("send_email", "TooManyRequestsException")
        with pytest.raises(Unavailable, match="SES: TooManyRequestsException"):
            SesMailer(ses, "Remit <remit@example.com>", Names("test")).send(MAIL)


def _sent() -> Any:  # noqa: ANN401
    """What SES is given for the mail."""
    ses, sent = client("sesv2"), list[dict[str, Any]]()
    ses.meta.events.register("before-parameter-build.sesv2.SendEmail", lambda params, **_: sent.append(params))
    with Stubber(ses) as stub:
        stub.add_response("send_email", {"MessageId": "m-1"})
        assert SesMailer(ses, "Remit <remit@example.com>", Names("test")).send(MAIL) == "m-1"
    return sent[0]
