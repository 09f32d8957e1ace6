"""The segments that AWS's services make themselves: API Gateway, Step Functions and Lambda, each under what called it.

MiniStack makes none, and hands no tracing header on. A call from a function arrives with a header, because the X-Ray SDK adds it.
"""

import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from ministack import app
from ministack.services import apigateway_v1, lambda_svc, stepfunctions

from remit.local.xray.headers import Header, new_header, new_id, parse
from remit.local.xray.segments import Document

Sink = Callable[[Document], None]
Handler = Callable[[str, str, Mapping[str, str], bytes, Mapping[str, Any]], Awaitable[tuple[int, dict[str, str], bytes]]]

_current: ContextVar[Header | None] = ContextVar("remit_trace", default=None)
_execution: ContextVar[Document | None] = ContextVar("remit_traced_execution", default=None)


def apply(sink: Sink) -> None:
    """Make these services trace, into `sink`."""
    for service in ("lambda", "states"):
        app.SERVICE_HANDLERS[service] = _carrying(app.SERVICE_HANDLERS[service])
    apigateway_v1._invoke_lambda_proxy_v1 = _traced_api(apigateway_v1._invoke_lambda_proxy_v1, sink)
    stepfunctions._run_execution = _traced_execution(stepfunctions._run_execution, sink)
    stepfunctions._execute_task = _traced_task(stepfunctions._execute_task, sink)
    lambda_svc._execute_function_dispatch = _traced_function(lambda_svc._execute_function_dispatch, sink)
    lambda_svc._xray_trace_id_for_invocation = _header_of_invocation


def _carrying(handler: Handler) -> Handler:
    """The handler, with whatever it starts being part of its caller's trace."""

    async def handle(
        method: str, path: str, headers: Mapping[str, str], body: bytes, query: Mapping[str, Any]
    ) -> tuple[int, dict[str, str], bytes]:
        with _under(parse(headers.get("x-amzn-trace-id"))):
            return await handler(method, path, headers, body, query)

    return handle


def _traced_api(invoke: Callable[..., Awaitable[Any]], sink: Sink) -> Callable[..., Awaitable[Any]]:
    async def traced(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - MiniStack's own signature
        api, name, stage, resource, method, headers = args[1], args[2], args[3], args[4], args[6], args[7]
        if not stage.get("tracingEnabled"):
            return await invoke(*args, **kwargs)
        known = apigateway_v1._rest_apis.get(api) or {}
        header = parse(headers.get("x-amzn-trace-id")) or new_header()
        with _segment(header, f"{known.get('name', api)}/{name}", "AWS::ApiGateway::Stage", sink) as segment:
            response = await invoke(*args, **kwargs)
            segment.update(_http(method, resource.get("path", "/"), response[0]))
            return response

    return traced


def _traced_execution(run: Callable[[str], None], sink: Sink) -> Callable[[str], None]:
    def traced(arn: str) -> None:
        with _segment(_current.get() or new_header(), arn.split(":")[6], "AWS::StepFunctions::StateMachine", sink) as segment:
            segment["subsegments"] = []
            _execution.set(segment)
            run(arn)
            segment.update(_flags(fault=(stepfunctions._executions.get(arn) or {}).get("status") == "FAILED"))

    return traced


def _traced_task(task: Callable[..., Any], sink: Sink) -> Callable[..., Any]:
    def traced(definition: object, given: object, execution: object, context: Mapping[str, Any]) -> Any:  # noqa: ANN401 - as above
        machine, header = _execution.get(), _current.get()
        if machine is None or header is None:
            return task(definition, given, execution, context)
        state: Document = {"id": new_id(), "name": context["State"]["Name"], "start_time": time.time()}
        try:
            with _under(header.under(state["id"])):
                return task(definition, given, execution, context)
        except Exception:
            state["error"] = True
            raise
        finally:
            state["end_time"] = time.time()
            machine["subsegments"].append(state)
            # A run can wait for days, and what it has done so far is to be seen.
            sink({**machine, "subsegments": [*machine["subsegments"]], "in_progress": True})

    return traced


def _traced_function(dispatch: Callable[..., Any], sink: Sink) -> Callable[..., Any]:
    def traced(function: object, config: Mapping[str, Any], *rest: object) -> Any:  # noqa: ANN401 - as above
        if (config.get("TracingConfig") or {}).get("Mode") != "Active":
            return dispatch(function, config, *rest)
        name = config["FunctionName"]
        with (
            _segment(_current.get() or new_header(), name, "AWS::Lambda", sink) as service,
            _segment(_current.get() or new_header(), name, "AWS::Lambda::Function", sink) as process,
        ):
            result = dispatch(function, config, *rest)
            for segment in (service, process):
                segment.update(_flags(fault=bool(result.get("error"))))
            return result

    return traced


def _header_of_invocation(config: object, inbound: str | None = None) -> str | None:
    """What `_X_AMZN_TRACE_ID` says inside the function: its own segment, of which it makes subsegments."""
    header = _current.get()
    return str(header) if header else inbound


@contextmanager
def _segment(header: Header, name: str, origin: str, sink: Sink) -> Iterator[Document]:
    """A segment, and what is called inside under it."""
    segment: Document = {"id": new_id(), "trace_id": header.root, "name": name, "origin": origin, "start_time": time.time()}
    if header.parent:
        segment["parent_id"] = header.parent
    try:
        with _under(header.under(segment["id"])):
            yield segment
    except BaseException:
        segment["fault"] = True
        raise
    finally:
        segment["end_time"] = time.time()
        sink(segment)


@contextmanager
def _under(header: Header | None) -> Iterator[None]:
    token = _current.set(header)
    try:
        yield
    finally:
        _current.reset(token)


def _http(method: str, path: str, status: int) -> Document:
    told: Document = {"http": {"request": {"method": method, "url": path}, "response": {"status": status}}}
    return told | _flags(fault=status >= 500, error=400 <= status < 500)  # noqa: PLR2004 (as HTTP has them)


def _flags(**flags: bool) -> Document:
    return {name: True for name, holds in flags.items() if holds}
