"""What a task does: govern an action at the gate, let a model reason or read a log, have the end recorded, or wait for a run that was asked
for. There is nothing else that it may do."""

import json
from enum import StrEnum

from remit.domain.asl.states import Task
from remit.domain.model import Json, JsonObject

INVOKE = "arn:aws:states:::lambda:invoke"
WAIT_FOR_TOKEN = f"{INVOKE}.waitForTaskToken"
START = "arn:aws:states:::states:startExecution.sync:2"
TOKEN = "$$.Task.Token"  # noqa: S105 - where a token comes from, not one


class Function(StrEnum):
    """Remit's functions by the names that the stacks fill in."""

    GATE = "${GateArn}"
    REASONER = "${ReasonerArn}"
    EXTRACTOR = "${ExtractorArn}"
    RECORDER = "${RecorderArn}"


def function_of(task: Task) -> Function | None:
    """The function that the task invokes; None for everything else that a task can be made to do."""
    parameters = task.parameters if isinstance(task.parameters, dict) else {}
    named = parameters.get("FunctionName")
    known = named in set(Function) and task.resource in {INVOKE, WAIT_FOR_TOKEN}
    return Function(str(named)) if known else None


def machine_of(task: Task) -> str | None:
    """The machine that the task starts an execution of and waits for, as it is written; None if it does not."""
    parameters = task.parameters if isinstance(task.parameters, dict) else {}
    return str(parameters.get("StateMachineArn")) if task.resource == START else None


def payload_of(task: Task) -> JsonObject:
    """What the function is handed, as a template."""
    parameters = task.parameters if isinstance(task.parameters, dict) else {}
    return _object(parameters.get("Payload"))


def intent_of(task: Task) -> JsonObject | None:
    """The template of the intent that the task puts to the gate, if it does."""
    return _object(payload_of(task).get("intent")) if function_of(task) is Function.GATE else None


def tool_of(task: Task) -> str | None:
    """The tool that the state governs, where the file says which; None if it does not act, or if the tool is chosen at run time."""
    intent = intent_of(task) or {}
    return str(intent["tool"]) if "tool" in intent and "tool.$" not in intent else None


def hands_out_token(task: Task) -> bool:
    """Whether the token can get anywhere but to the gate, where it belongs."""
    payload = payload_of(task)
    own = function_of(task) is Function.GATE and payload.get("task_token.$") == TOKEN
    parameters = task.parameters if isinstance(task.parameters, dict) else {}
    rest: Json = {**parameters, "Payload": {**payload, "task_token.$": ""}} if own else task.parameters
    # The whole context and the whole of its Task hold the token too.
    return any(f'"{path}"' in json.dumps(rest) for path in ("$$", "$$.Task", TOKEN)) or f"({TOKEN}" in json.dumps(rest)


def _object(value: Json) -> JsonObject:
    return value if isinstance(value, dict) else {}
