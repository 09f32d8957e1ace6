import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from remit.local.corrections.task_tokens import error_name
from tests.local.aws import Aws

pytestmark = [pytest.mark.enable_socket, pytest.mark.xdist_group("local-cloud")]

SILENT = "def handler(event, context): return None"
ANSWERING = """
import json, threading, time, boto3
states = boto3.client("stepfunctions")
def handler(event, context):
    for _ in range(event.get("beats", 0)):
        states.send_task_heartbeat(taskToken=event["token"])
        time.sleep(0.5)
    if event["attempt"] < event.get("failures", 0):
        return states.send_task_failure(taskToken=event["token"], error="Remit.Unavailable", cause=event["token"])["ResponseMetadata"]
    states.send_task_success(taskToken=event["token"], output=json.dumps({"attempt": event["attempt"], "token": event["token"]}))
"""

STOPPING = """
import boto3
def handler(event, context):
    boto3.client("stepfunctions").stop_execution(executionArn=event["execution"], cause=event["token"])
"""


def task(function: str, payload: dict[str, Any] | None = None, **more: object) -> dict[str, Any]:
    given = {"token.$": "$$.Task.Token", "attempt.$": "$$.State.RetryCount", **(payload or {})}
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
        "Parameters": {"FunctionName": function, "Payload": given},
        "TimeoutSeconds": 20,
        **more,
    }


def caught(aws: Aws, state: dict[str, Any], name: str) -> dict[str, Any]:
    ended = aws.run({**state, "Catch": [{"ErrorEquals": [name], "Next": "Caught"}]})
    assert ended["status"] == "SUCCEEDED", ended
    return dict(json.loads(ended["output"]))


def test_a_function_that_raises_fails_the_task_without_waiting_for_its_token(aws: Aws) -> None:
    function = aws.function("def handler(event, context): raise LookupError('gone')")
    assert caught(aws, task(function), "LookupError")["Error"] == "LookupError"


def test_a_throttled_function_is_named_as_aws_names_it(aws: Aws) -> None:
    function = aws.function(SILENT)
    aws.client("lambda").put_function_concurrency(FunctionName=function, ReservedConcurrentExecutions=0)
    assert caught(aws, task(function), "Lambda.TooManyRequestsException")["Error"] == "Lambda.TooManyRequestsException"


def test_a_silent_task_times_out_after_its_seconds(aws: Aws) -> None:
    assert caught(aws, task(aws.function(SILENT), TimeoutSeconds=1), "States.Timeout")["Error"] == "States.Timeout"


def test_a_task_without_heartbeats_ends_before_its_timeout(aws: Aws) -> None:
    state = task(aws.function(SILENT), HeartbeatSeconds=1)
    assert caught(aws, state, "States.HeartbeatTimeout")["Error"] == "States.HeartbeatTimeout"


def test_heartbeats_keep_a_task_alive(aws: Aws) -> None:
    state = task(aws.function(ANSWERING, "states:SendTask*"), {"beats": 8}, HeartbeatSeconds=3)
    assert aws.run(state)["status"] == "SUCCEEDED"


def test_a_failed_task_is_tried_again_by_its_errors_name_under_a_token_of_its_own(aws: Aws) -> None:
    retry = {"ErrorEquals": ["Remit.Unavailable"], "IntervalSeconds": 1, "MaxAttempts": 2}
    state = task(aws.function(ANSWERING, "states:SendTask*"), {"failures": 1}, Retry=[retry])
    ended = aws.run(state)
    history = aws.client("stepfunctions").get_execution_history(executionArn=ended["executionArn"])["events"]
    [failed] = [event["taskFailedEventDetails"] for event in history if event["type"] == "TaskFailed"]
    output = json.loads(ended["output"])
    assert (failed["error"], output["attempt"]) == ("Remit.Unavailable", 1)
    assert failed["cause"] != output["token"]


def test_nobody_waits_for_a_token_once_its_execution_was_stopped(aws: Aws) -> None:
    ended = aws.run(task(aws.function(STOPPING, "states:StopExecution"), {"execution.$": "$$.Execution.Id"}))
    assert ended["status"] == "ABORTED"
    with pytest.raises(ClientError, match="TaskDoesNotExist"):
        aws.client("stepfunctions").send_task_heartbeat(taskToken=ended["cause"])


@pytest.mark.parametrize(
    ("name", "cause", "corrected"),
    [
        ("Lambda.Unknown", '{"__type": "TooManyRequestsException"}', "Lambda.TooManyRequestsException"),
        ("Lambda.Unknown", "no JSON", "Lambda.Unknown"),
        ("Lambda.Unknown", "[]", "Lambda.Unknown"),
        ("Remit.Denied", '{"__type": "X"}', "Remit.Denied"),
    ],
)
def test_only_an_unknown_error_is_named_by_its_cause(name: str, cause: str, corrected: str) -> None:
    assert error_name(name, cause) == corrected
