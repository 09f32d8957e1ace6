"""A Python function that raises reports the exception's class name as `errorType`, so that Retry and Catch can name it."""

from contextvars import ContextVar
from typing import Any

from ministack.core import lambda_runtime
from ministack.services import lambda_svc

_REPORT = '"error": str(e), "trace"'
_raised: ContextVar[str | None] = ContextVar("remit_lambda_error", default=None)


def apply() -> None:
    """Carry the class name from the worker to the answer."""
    lambda_runtime._PYTHON_WORKER_SCRIPT = worker_script(lambda_runtime._PYTHON_WORKER_SCRIPT)
    invoke, execute = lambda_runtime.Worker.invoke, lambda_svc._execute_function_warm

    def corrected_invoke(worker: object, *args: object, **kwargs: object) -> dict[str, Any]:
        result: dict[str, Any] = invoke(worker, *args, **kwargs)
        _raised.set(result.get("error_type"))
        return result

    def corrected_execute(*args: object, **kwargs: object) -> dict[str, Any]:
        _raised.set(None)
        result: dict[str, Any] = execute(*args, **kwargs)
        raised = _raised.get()
        return {**result, "body": {**result["body"], "errorType": raised}} if raised else result

    lambda_runtime.Worker.invoke = corrected_invoke
    lambda_svc._execute_function_warm = corrected_execute


def worker_script(original: str) -> str:
    """The worker's program, made to report the class name beside the message."""
    return original.replace(_REPORT, f'"error_type": type(e).__name__, {_REPORT}')
