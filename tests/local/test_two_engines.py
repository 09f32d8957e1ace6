"""The state machine files of the repository, run by two engines with the same functions behind them: one result."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any
from unittest.mock import patch

import boto3
import pytest
from moto import mock_aws
from moto.core.responses import EmptyResult
from moto.stepfunctions.parser.asl.component.state.exec.state_task import lambda_eval_utils
from moto.stepfunctions.responses import StepFunctionResponse

from remit.local.processes import wait_until
from tests.local import engine_functions
from tests.local.aws import Aws

pytestmark = [pytest.mark.enable_socket, pytest.mark.xdist_group("local-cloud")]

Ran = tuple[str, Any, Counter[str]]
_CALLER = {"requester": {"arn": "arn:aws:iam::000000000000:user/caller"}, "delegator": None}
_BLANK = {"attempt": 1, "reasoning": {"conversation": []}, "refusal": None, "receipt": None}
_NUMBERS = {"GovernTimeoutSeconds": 20, "MaxAttempts": 2, "FirstReminderSeconds": 1, "SecondReminderSeconds": 1}


def undo(*tools: str) -> dict[str, Any]:
    plan = [{"step": f"undo-{number}", "agent": "a", "tool": tool, "payload": {}, "undoes": {}} for number, tool in enumerate(tools)]
    return {"undoes": "run-0", "plan": plan, "count": len(plan), "counted": {"at": 0}}


CASES: Mapping[str, tuple[str, dict[str, Any]]] = {
    "an action": ("action", {"agent": "a", "intent": {"tool": "refunds.offer_refund", "payload": {}}}),
    "an action that is refused": ("action", {"agent": "a", "intent": {"tool": "refunds.issue_refund", "payload": {}}}),
    "another way after a refusal": ("refunds", {"agent": "a", "input": {}, **_BLANK}),
    "an undo of three": ("undo", undo("a.undo", "b.undo", "c.undo")),
    "an undo that stops at the second": ("undo", undo("a.undo", "refunds.issue_refund", "c.undo")),
    "an undo of nothing": ("undo", undo()),
    "reminders, a notice and a dispute": ("receivables", {"agent": "a", "input": {"portfolio": "north", "due_before": "2026-10-01"}}),
    "nothing unpaid": ("receivables", {"agent": "a", "input": {"portfolio": "empty", "due_before": "2026-10-01"}}),
}


def definition(machine: str, function: str) -> str:
    """The file, as the stacks fill it in."""
    text = Path(f"statemachines/{machine}.asl.json").read_text(encoding="utf-8")
    for name, number in _NUMBERS.items():
        text = text.replace(f'"${{{name}}}"', str(number))
    for name in ("GateArn", "ReasonerArn", "RecorderArn"):
        text = text.replace(f"${{{name}}}", function)
    return text


def run(states: Any, machine: str, name: str) -> Ran:  # noqa: ANN401 (a client)
    """How it ended, with what, and which states it entered how often."""
    execution = states.start_execution(
        stateMachineArn=machine, name="run-1", input=json.dumps({"run": "run-1", **_CALLER, **CASES[name][1]})
    )
    arn = execution["executionArn"]
    wait_until(lambda: states.describe_execution(executionArn=arn)["status"] != "RUNNING", 60)
    ended = states.describe_execution(executionArn=arn)
    events = states.get_execution_history(executionArn=arn, maxResults=1000)["events"]
    entered = Counter(event["stateEnteredEventDetails"]["name"] for event in events if "stateEnteredEventDetails" in event)
    # MiniStack tells nothing of what is inside of a Map: there, the warrants in the output tell which way each item went.
    outer = json.loads(Path(f"statemachines/{CASES[name][0]}.asl.json").read_text(encoding="utf-8"))["States"]
    return ended["status"], json.loads(ended.get("output") or "null"), Counter({each: entered[each] for each in outer})


class _Functions:
    """In place of moto's client of Lambda."""

    def invoke(self, **request: str) -> dict[str, Any]:
        answer = engine_functions.handler(json.loads(request["Payload"]), None)
        return {"StatusCode": 200, "Payload": BytesIO(json.dumps(answer).encode())}


def _failed(response: Any) -> EmptyResult:  # noqa: ANN401 (a request as moto has it)
    """moto drops the cause of a task's failure."""
    told = {name: response._get_param(name) for name in ("error", "cause")}
    response.stepfunction_backend.send_task_failure(response._get_param("taskToken"), **told)
    return EmptyResult()


@contextmanager
def interpreted(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    functions = patch.object(lambda_eval_utils, "boto_client_for", lambda **_: _Functions())
    failures = patch.object(StepFunctionResponse, "send_task_failure", _failed)
    with mock_aws(config={"stepfunctions": {"execute_state_machine": True}}), functions, failures:
        yield boto3.client("stepfunctions")


@pytest.fixture(scope="module")
def function() -> Callable[[Aws], str]:
    """One deployed function for all machines of one cloud."""
    made: dict[str, str] = {}

    def deployed(aws: Aws) -> str:
        code = Path(engine_functions.__file__).read_text(encoding="utf-8")
        return made.setdefault(aws.state.endpoint, aws.function(code, "states:SendTaskSuccess", "states:SendTaskFailure"))

    return deployed


@pytest.mark.parametrize("name", CASES)
def test_two_engines_go_the_same_way_to_the_same_end(
    aws: Aws, function: Callable[[Aws], str], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    machine, states = CASES[name][0], aws.client("stepfunctions")
    role = aws.role("states", "lambda:InvokeFunction")
    made = states.create_state_machine(name=f"engine-{len(name)}-{machine}", definition=definition(machine, function(aws)), roleArn=role)
    one = run(states, made["stateMachineArn"], name)
    with interpreted(monkeypatch) as other:
        made = other.create_state_machine(name=machine, definition=definition(machine, "function"), roleArn=role)
        assert run(other, made["stateMachineArn"], name) == one
    assert one[0] in {"SUCCEEDED", "FAILED"}
