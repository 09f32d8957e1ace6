"""The routes of /facts. The caller's authority is what the charter gives to who signed."""

from http import HTTPStatus
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query
from aws_lambda_powertools.event_handler.router import APIGatewayRouter
from aws_lambda_powertools.metrics import MetricUnit
from pydantic import AwareDatetime

from lambdas.api.fact_bodies import (
    ExtractFacts,
    StateFact,
    TakeUp,
    claims_body,
    context_body,
    extraction_body,
    history_body,
    settlement_body,
    shown_body,
    status_of,
)
from lambdas.api.http import json_answer, requester_of, standing_answer
from lambdas.api.wiring import ports
from remit.adapters.observability import about, metrics
from remit.domain.fact_key import FactKey, Namespace, PredicateName, Subject
from remit.usecases.extract import extract, extraction
from remit.usecases.fact_desk import agents_context, reader_of, state_fact, take_up
from remit.usecases.recall import conflicts, fact_as_of, fact_now, history, suggestions, why_held

router = APIGatewayRouter()  # type: ignore[no-untyped-call]

InNamespace = Annotated[Namespace, Query()]
OfSubject = Annotated[Subject, Query()]
OfPredicate = Annotated[PredicateName, Query()]
Moment = Annotated[AwareDatetime | None, Query()]


@router.post("/facts")
def state(body: StateFact) -> Response[str]:
    metrics.add_metric("FactsStated", MetricUnit.Count, 1)
    caller = requester_of(router.current_event)
    settlement = state_fact(body.proposed, caller, ports().facts)
    reader = reader_of(body.namespace, caller, ports().facts)
    return json_answer(status_of(settlement), settlement_body(settlement, reader.clearance))


@router.post("/facts/extract")
def hand_in(body: ExtractFacts) -> Response[str]:
    metrics.add_metric("LogsReceived", MetricUnit.Count, 1)
    caller = requester_of(router.current_event)
    run = extract(body.handed_in, caller, ports().extract)
    about(run=run)
    return standing_answer(extraction_body(extraction(run, caller, ports().extract)))


@router.get("/facts/extract/<run>")
def look(run: str) -> Response[str]:
    about(run=run)
    metrics.add_metric("ExtractionsShown", MetricUnit.Count, 1)
    seen = extraction(run, requester_of(router.current_event), ports().extract)
    return json_answer(HTTPStatus.OK, extraction_body(seen))


@router.post("/facts/adopt")
def adopt(body: TakeUp) -> Response[str]:
    metrics.add_metric("ClaimsTakenUp", MetricUnit.Count, 1)
    caller = requester_of(router.current_event)
    settlement = take_up(body.namespace, body.claim, caller, ports().facts)
    reader = reader_of(body.namespace, caller, ports().facts)
    return json_answer(status_of(settlement), settlement_body(settlement, reader.clearance))


@router.get("/facts/suggestions")
def suggest(namespace: InNamespace) -> Response[str]:
    metrics.add_metric("SuggestionsShown", MetricUnit.Count, 1)
    reader = reader_of(namespace, requester_of(router.current_event), ports().facts)
    return json_answer(HTTPStatus.OK, claims_body("suggestions", suggestions(namespace, reader)))


@router.get("/facts")
def show(
    namespace: InNamespace, subject: OfSubject, predicate: OfPredicate, as_of: Moment = None, valid_at: Moment = None
) -> Response[str]:
    metrics.add_metric("FactsShown", MetricUnit.Count, 1)
    reader = reader_of(namespace, requester_of(router.current_event), ports().facts)
    key = FactKey(namespace=namespace, subject=subject, predicate=predicate)
    if as_of is not None:
        return json_answer(HTTPStatus.OK, shown_body(fact_as_of(key, as_of, valid_at, reader), None))
    return json_answer(HTTPStatus.OK, shown_body(fact_now(key, reader), why_held(key, reader)))


@router.get("/facts/history")
def tell(namespace: InNamespace, subject: OfSubject, predicate: OfPredicate) -> Response[str]:
    metrics.add_metric("FactHistoriesShown", MetricUnit.Count, 1)
    reader = reader_of(namespace, requester_of(router.current_event), ports().facts)
    key = FactKey(namespace=namespace, subject=subject, predicate=predicate)
    return json_answer(HTTPStatus.OK, history_body(history(key, reader), why_held(key, reader)))


@router.get("/facts/context")
def remember(agent: Annotated[str, Query()], as_of: Moment = None) -> Response[str]:
    metrics.add_metric("FactContextsShown", MetricUnit.Count, 1)
    return json_answer(HTTPStatus.OK, context_body(agents_context(agent, as_of, requester_of(router.current_event), ports().facts)))


@router.get("/facts/conflicts")
def dispute(namespace: InNamespace) -> Response[str]:
    metrics.add_metric("FactConflictsShown", MetricUnit.Count, 1)
    reader = reader_of(namespace, requester_of(router.current_event), ports().facts)
    return json_answer(HTTPStatus.OK, claims_body("conflicts", conflicts(namespace, reader)))
