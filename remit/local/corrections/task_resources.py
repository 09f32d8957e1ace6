"""Answering a task is authorised on the state machine that waits for it, as AWS's own refusals name it."""

import json
from typing import Any

from ministack.core import iam_actions
from ministack.services import stepfunctions

_machines: dict[str, str] = {}


def apply() -> None:
    """Remember each task token's state machine, and check SendTask* on it."""
    apply_parameters, extract = stepfunctions._apply_parameters, iam_actions.extract_resource_arn

    def corrected_parameters(state: dict[str, Any], data: object, context: dict[str, Any] | None = None) -> object:
        if context and "Task" in context:
            _machines[context["Task"]["Token"]] = context["StateMachine"]["Id"]
        return apply_parameters(state, data, context)

    def corrected_extract(service: str, method: str, path: str, headers: object, body: bytes, *rest: object) -> str:
        if service == "states" and (machine := _machines.get(_token(body))):
            return machine
        return str(extract(service, method, path, headers, body, *rest))

    stepfunctions._apply_parameters = corrected_parameters
    iam_actions.extract_resource_arn = corrected_extract


def _token(body: bytes) -> str:
    try:
        return str(json.loads(body).get("taskToken", ""))
    except (ValueError, AttributeError):
        return ""
