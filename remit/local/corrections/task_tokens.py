"""`waitForTaskToken` as on AWS.

A failing Lambda fails the task at once, and a throttled one has AWS's name for that; each attempt has a token of its own;
HeartbeatSeconds counts; nobody waits for a token once its execution was stopped.
"""

import json
import threading
import uuid
from contextvars import ContextVar, copy_context
from datetime import UTC, datetime
from typing import Any

from ministack.services import stepfunctions

_token: ContextVar[str | None] = ContextVar("remit_task_token", default=None)
_execution_of: dict[str, str] = {}


def apply() -> None:
    """Replace how MiniStack calls a task's Lambda and waits for its token."""
    call_lambda, invoke = stepfunctions._call_lambda, stepfunctions._invoke_with_callback
    apply_parameters, stop_execution = stepfunctions._apply_parameters, stepfunctions._stop_execution

    def corrected_call(reference: object, event: object) -> object:
        try:
            return call_lambda(reference, event)
        except stepfunctions._ExecutionError as error:
            error.error = error_name(error.error, error.cause)
            _fail(_token.get(), error.error, error.cause)
            raise

    def corrected_invoke(resource: str, data: object, token: str, state: dict[str, Any]) -> object:
        _token.set(token)
        ended = threading.Event()
        try:
            if "HeartbeatSeconds" in state:
                _watch_heartbeats(token, float(state["HeartbeatSeconds"]), ended)
            return invoke(resource, data, token, state)
        finally:
            _token.set(None)
            _execution_of.pop(token, None)
            ended.set()

    def corrected_parameters(state: dict[str, Any], data: object, context: dict[str, Any] | None = None) -> object:
        if context and "Task" in context and context["State"].get("RetryCount"):
            context["Task"] = {"Token": str(uuid.uuid4())}
        if context and "Task" in context:
            _execution_of[context["Task"]["Token"]] = context["Execution"]["Id"]
        return apply_parameters(state, data, context)

    def corrected_stop(data: dict[str, Any]) -> object:
        answer = stop_execution(data)
        _forget_tokens(str(data.get("executionArn")))
        return answer

    stepfunctions._stop_execution = corrected_stop
    stepfunctions._call_lambda = corrected_call
    stepfunctions._invoke_with_callback = corrected_invoke
    stepfunctions._apply_parameters = corrected_parameters


def error_name(name: str, cause: str) -> str:
    """MiniStack calls a throttled invocation Lambda.Unknown; the exception's name is in the cause."""
    if name != "Lambda.Unknown":
        return name
    try:
        return f"Lambda.{json.loads(cause)['__type']}"
    except (ValueError, KeyError, TypeError):
        return name


def _fail(token: str | None, error: str, cause: str) -> None:
    """End the wait for this token, unless an answer came first."""
    waiting = stepfunctions._task_tokens.get(token)
    if waiting and not waiting["event"].is_set():
        waiting["error"] = {"Error": error, "Cause": cause}
        waiting["event"].set()


def _forget_tokens(execution: str) -> None:
    """Whoever answers later hears that there is no such task."""
    for token in [token for token, of in list(_execution_of.items()) if of == execution]:
        stepfunctions._task_tokens.pop(token, None)


def _watch_heartbeats(token: str, seconds: float, ended: threading.Event) -> None:
    # A context of its own: tokens are kept per account and region, which threads do not inherit.
    arguments = (_await_heartbeats, token, seconds, ended)
    threading.Thread(target=copy_context().run, args=arguments, daemon=True).start()


def _await_heartbeats(token: str, seconds: float, ended: threading.Event) -> None:
    remaining = seconds
    while not ended.wait(remaining):
        beat = (stepfunctions._task_tokens.get(token) or {}).get("heartbeat")
        silent = (datetime.now(UTC) - datetime.fromisoformat(beat)).total_seconds() if beat else seconds
        if silent >= seconds:
            _fail(token, "States.HeartbeatTimeout", f"No heartbeat for {seconds:g} seconds")
            return
        remaining = seconds - silent
