"""Step Functions: answering waiting tasks, starting executions and looking at them."""

import json
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from remit.adapters.aws import calling, code_of
from remit.domain.action import Failure
from remit.domain.canonical import canonical
from remit.domain.model import JsonObject
from remit.domain.warrant import Receipt
from remit.names import Names
from remit.ports import RunState, Tasks, Workflows

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

# The execution ended or timed out meanwhile, or the task was answered before: there is nobody left to tell.
_NOBODY_WAITS = {"TaskTimedOut", "TaskDoesNotExist", "InvalidToken"}
_LONGEST_CAUSE = 32_000


class StepFunctionsTasks(Tasks):
    def __init__(self, client: "SFNClient") -> None:
        self._client = client

    def succeed(self, token: str, receipt: Receipt) -> None:
        with calling("Step Functions"):
            try:
                self._client.send_task_success(taskToken=token, output=receipt.model_dump_json())
            except ClientError as error:
                _unless_nobody_waits(error)

    def fail(self, token: str, failure: Failure) -> None:
        with calling("Step Functions"):
            try:
                self._client.send_task_failure(taskToken=token, error=failure.error, cause=_cause(failure))
            except ClientError as error:
                _unless_nobody_waits(error)

    def waits(self, token: str) -> bool:
        with calling("Step Functions"):
            try:
                self._client.send_task_heartbeat(taskToken=token)
            except ClientError as error:
                _unless_nobody_waits(error)
                return False
        return True


class StepFunctionsWorkflows(Workflows):
    """The state machines of one stage in one account and region."""

    def __init__(self, client: "SFNClient", names: Names, region: str, account: str) -> None:
        self._client, self._names = client, names
        self._prefix = f"arn:aws:states:{region}:{account}"

    def start(self, workflow: str, run: str, payload: JsonObject) -> None:
        machine = f"{self._prefix}:stateMachine:{self._names.machine(workflow)}"
        with calling("Step Functions"):
            try:
                self._client.start_execution(stateMachineArn=machine, name=run, input=canonical(payload).decode())
            except ClientError as error:
                if code_of(error) != "ExecutionAlreadyExists":
                    raise

    def stop(self, workflow: str, run: str, failure: Failure) -> None:
        with calling("Step Functions"):
            self._client.stop_execution(executionArn=self._execution(workflow, run), error=failure.error, cause=_cause(failure))

    def state(self, workflow: str, run: str) -> RunState | None:
        execution = self._execution(workflow, run)
        with calling("Step Functions"):
            try:
                found = self._client.describe_execution(executionArn=execution)
            except ClientError as error:
                if code_of(error) == "ExecutionDoesNotExist":
                    return None
                raise
        output = json.loads(found["output"]) if found["status"] == "SUCCEEDED" else None
        return RunState(status=found["status"], output=output, error=found.get("error", ""), cause=found.get("cause", ""))

    def _execution(self, workflow: str, run: str) -> str:
        return f"{self._prefix}:execution:{self._names.machine(workflow)}:{run}"


def _cause(failure: Failure) -> str:
    """The whole failure, or as much of its message as fits, always as JSON."""
    whole = failure.model_dump_json()
    return whole if len(whole) <= _LONGEST_CAUSE else Failure(error=failure.error, message=failure.message[:1000]).model_dump_json()


def _unless_nobody_waits(error: ClientError) -> None:
    if code_of(error) not in _NOBODY_WAITS:
        raise error
