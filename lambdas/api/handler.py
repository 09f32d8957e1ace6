"""The API for agents and operators. The caller is who signed the request, never what the body says."""

from http import HTTPStatus
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError
from aws_lambda_powertools.event_handler.openapi.params import Header
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from lambdas.api import delegations, facts
from lambdas.api.bodies import (
    AskAsAgent,
    AskForAction,
    Because,
    Redact,
    StartRun,
    action_body,
    agents_body,
    error_body,
    run_body,
    undo_body,
)
from lambdas.api.http import action_answer, json_answer, kept_answer, requester_of, standing_answer
from lambdas.api.statuses import status_of_error, status_of_undo
from lambdas.api.wiring import ports, redacting
from remit.adapters.observability import about, metrics, observed
from remit.domain.errors import InvalidRequest, Reason, RemitError
from remit.domain.strict_json import read_object
from remit.usecases.agents import agents, offered, resume, suspend
from remit.usecases.redact import redact
from remit.usecases.runs import Call, asked, propose, settled, start_run, view
from remit.usecases.undo import undo, undo_view
from remit.usecases.withdraw import withdraw, withdraw_asked

app = APIGatewayRestResolver(enable_validation=True, json_body_deserializer=read_object)
app.include_router(facts.router)
app.include_router(delegations.router)

# The token of the person on whose behalf the caller asks, beside the caller's own signature.
Delegation = Annotated[str | None, Header(alias="Remit-Delegation", max_length=8192)]
KnownDigest = Annotated[str | None, Header(alias="If-None-Match", max_length=200)]
IdempotencyKey = Annotated[str | None, Header(alias="Idempotency-Key", max_length=200)]


@app.post("/runs")
def start(body: StartRun, key: IdempotencyKey = None, delegation: Delegation = None) -> Response[str]:
    run = start_run(body.workflow, body.input, _call(key, delegation), ports().runs)
    about(run=run)
    metrics.add_metric("RunsStarted", MetricUnit.Count, 1)
    return json_answer(HTTPStatus.ACCEPTED, {"run": run, "status": "RUNNING"})


@app.get("/runs/<run>")
def show(run: str) -> Response[str]:
    metrics.add_metric("RunsShown", MetricUnit.Count, 1)
    seen = view(run, ports().runs)
    about(run=seen.run)
    return json_answer(HTTPStatus.OK, run_body(seen))


@app.post("/runs/<run>/undo")
def take_back(run: str) -> Response[str]:
    about(run=run)
    metrics.add_metric("UndosReceived", MetricUnit.Count, 1)
    seen = undo(run, requester_of(app.current_event), ports().undo)
    return json_answer(status_of_undo(seen), undo_body(seen))


@app.get("/runs/<run>/undo")
def show_undo(run: str) -> Response[str]:
    about(run=run)
    metrics.add_metric("UndosShown", MetricUnit.Count, 1)
    return json_answer(HTTPStatus.OK, undo_body(undo_view(run, ports().undo)))


@app.post("/runs/<run>/redact")
def take_away(run: str, body: Redact) -> Response[str]:
    about(run=run)
    metrics.add_metric("RedactionsReceived", MetricUnit.Count, 1)
    gone = redact(run, body.call, body.reason, requester_of(app.current_event), redacting())
    return json_answer(HTTPStatus.OK, {"run": run, "transcripts": [part.name for part in gone]})


@app.post("/intents")
def act(body: AskForAction, key: IdempotencyKey = None, delegation: Delegation = None) -> Response[str]:
    return _governed(body.agent, body, _call(key, delegation), "runs/")


@app.post("/agents/<agent>/intents")
def act_as(agent: str, body: AskAsAgent, key: IdempotencyKey = None, delegation: Delegation = None) -> Response[str]:
    return _governed(agent, body, _call(key, delegation), "intents/")


@app.get("/agents/<agent>/intents/<run>")
def show_asked(agent: str, run: str) -> Response[str]:
    metrics.add_metric("IntentsShown", MetricUnit.Count, 1)
    seen = asked(agent, run, requester_of(app.current_event), ports().runs)
    about(run=seen.run)
    return standing_answer(action_body(seen, seen.run))


@app.post("/agents/<agent>/intents/<run>/withdraw")
def no_longer_asked(agent: str, run: str) -> Response[str]:
    metrics.add_metric("IntentsWithdrawn", MetricUnit.Count, 1)
    seen = withdraw_asked(agent, run, requester_of(app.current_event), ports().runs)
    about(run=seen.run)
    return standing_answer(action_body(seen, f"../{seen.run}"))


@app.post("/runs/<run>/withdraw")
def no_longer_wanted(run: str) -> Response[str]:
    seen = withdraw(run, requester_of(app.current_event), ports().runs)
    about(run=seen.run)
    metrics.add_metric("RunsWithdrawn", MetricUnit.Count, 1)
    return json_answer(HTTPStatus.OK, run_body(seen))


@app.get("/agents")
def list_agents() -> Response[str]:
    metrics.add_metric("AgentsListed", MetricUnit.Count, 1)
    return json_answer(HTTPStatus.OK, agents_body(agents(ports().agents)))


@app.get("/agents/<agent>/tools")
def list_tools(agent: str, known: KnownDigest = None) -> Response[str]:
    metrics.add_metric("CataloguesShown", MetricUnit.Count, 1)
    found = offered(agent, ports().agents)
    return kept_answer(found.model_dump(mode="json"), found.digest, known)


@app.post("/agents/<agent>/suspend")
def stop(agent: str, body: Because) -> Response[str]:
    metrics.add_metric("AgentsSuspended", MetricUnit.Count, 1)
    suspension = suspend(agent, body.reason, requester_of(app.current_event), ports().agents)
    return json_answer(HTTPStatus.OK, suspension.model_dump(mode="json"))


@app.post("/agents/<agent>/resume")
def let_go_on(agent: str, body: Because) -> Response[str]:
    metrics.add_metric("AgentsResumed", MetricUnit.Count, 1)
    resume(agent, body.reason, requester_of(app.current_event), ports().agents)
    return json_answer(HTTPStatus.OK, {"agent": agent, "suspended": None})


@app.exception_handler([RemitError, RequestValidationError])  # type: ignore[untyped-decorator]
def refuse(error: RemitError | RequestValidationError) -> Response[str]:
    metrics.add_metric("RequestsRefused", MetricUnit.Count, 1)
    known = error if isinstance(error, RemitError) else _malformed(error)
    return json_answer(status_of_error(known.code), error_body(known))


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    metrics.add_metric("Requests", MetricUnit.Count, 1)
    return app.resolve(event, context)


def _governed(agent: str, body: AskAsAgent, call: Call, beside: str) -> Response[str]:
    run = propose(agent, body.tool, body.payload, call, ports().runs, scope=body.scope)
    about(run=run)
    metrics.add_metric("IntentsReceived", MetricUnit.Count, 1)
    return action_answer(action_body(settled(run, ports().runs), f"{beside}{run}"))


def _call(key: str | None, token: str | None) -> Call:
    delegator = None if token is None else ports().tokens.verify(token)
    return Call(requester=requester_of(app.current_event), delegator=delegator, idempotency_key=key)


def _malformed(error: RequestValidationError) -> InvalidRequest:
    reasons = tuple(Reason(policy=".".join(map(str, each["loc"])), reason=each["msg"]) for each in error.errors())
    return InvalidRequest("; ".join(f"{reason.policy}: {reason.reason}" for reason in reasons), reasons)
