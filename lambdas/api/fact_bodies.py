"""What callers of /facts send and get."""

from http import HTTPStatus
from typing import Annotated

from pydantic import Field

from remit.domain.fact_key import FactKey, Namespace, PredicateName, Subject
from remit.domain.memory import Confidentiality
from remit.domain.model import JsonObject, Model
from remit.domain.operation import Operation, Result, Settlement, Stating
from remit.domain.recall import Recollection, readable
from remit.domain.statement import Claim, OperationKind, Standing, Statement, Status
from remit.usecases.extract import Extraction, HandedIn

# What is recorded and does not stand is accepted, no more.
_STATUSES = {Result.ADDED: HTTPStatus.CREATED, Result.CONFLICT: HTTPStatus.ACCEPTED, Result.SUGGESTION: HTTPStatus.ACCEPTED}


class StateFact(Stating):
    """POST /facts."""

    operation: OperationKind
    namespace: Namespace
    subject: Subject
    predicate: PredicateName

    @property
    def proposed(self) -> Operation:
        fields = self.model_dump(exclude={"operation", "namespace", "subject", "predicate"})
        key = FactKey(namespace=self.namespace, subject=self.subject, predicate=self.predicate)
        return Operation(kind=self.operation, key=key, **fields)


class TakeUp(Model):
    """POST /facts/adopt: a suggestion, or a claim, that the caller makes their own word."""

    namespace: Namespace
    claim: Annotated[str, Field(min_length=1, max_length=100)]


class ExtractFacts(Model):
    """POST /facts/extract. A log by its text or its address; `authority` is one below the caller's, for a log that is somebody else's. The
    same log is read once, unless it is to be read `again` under a name of the caller's."""

    text: str | None = None
    log: Annotated[str | None, Field(max_length=1_100)] = None
    domain: Annotated[str | None, Field(max_length=40)] = None
    authority: Annotated[str | None, Field(max_length=40)] = None
    again: Annotated[str | None, Field(max_length=100)] = None

    @property
    def handed_in(self) -> HandedIn:
        return HandedIn(**self.model_dump())


def status_of(settlement: Settlement) -> HTTPStatus:
    return _STATUSES.get(settlement.result, HTTPStatus.OK)


def settlement_body(settlement: Settlement, clearance: Confidentiality) -> JsonObject:
    """`before` is what stood, without its value: the caller may be cleared for less."""
    before, statement, claim = settlement.before, settlement.statement, settlement.claim
    return {
        "result": settlement.result.value,
        "before": None if before is None else {**before.ref.model_dump(mode="json"), "authority": before.authority},
        "fact": fact_body(statement) if statement is not None and readable([statement], clearance) else None,
        "claim": None if claim is None else claim_body(claim),
    }


def fact_body(statement: Statement) -> JsonObject:
    return {"id": statement.key.id, **statement.model_dump(mode="json")}


def claim_body(claim: Claim) -> JsonObject:
    return {"id": claim.id, "fact": claim.key.id, **claim.model_dump(mode="json")}


def shown_body(statement: Statement, held: str | None) -> JsonObject:
    """GET /facts: what stands, and why it is held, if it is."""
    return {**fact_body(statement), "held": held}


def history_body(versions: tuple[Standing, ...], held: str | None) -> JsonObject:
    """GET /facts/history: each version with its status and its end; the one that stands says why it is held, if it is."""
    told: list[JsonObject] = [
        {
            **shown_body(each.statement, held if each.status is Status.ACTIVE else None),
            **each.model_dump(mode="json", include={"status", "ended_at"}),
        }
        for each in versions
    ]
    return {"versions": [*told]}


def context_body(seen: Recollection) -> JsonObject:
    """GET /facts/context: `text` is what the model reads."""
    facts: list[JsonObject] = [fact_body(statement) for statement in seen.facts]
    left_out: list[JsonObject] = [ref.model_dump(mode="json") for ref in seen.left_out]
    return {"facts": [*facts], "left_out": [*left_out], "text": seen.text}


def claims_body(name: str, claims: tuple[Claim, ...]) -> JsonObject:
    """GET /facts/conflicts and GET /facts/suggestions, by that name."""
    told: list[JsonObject] = [claim_body(claim) for claim in claims]
    return {name: [*told]}


def extraction_body(seen: Extraction) -> JsonObject:
    """POST and GET /facts/extract: how far it has come, and where to ask again."""
    body: JsonObject = seen.model_dump(mode="json")
    return body | ({"poll": f"facts/extract/{seen.run}"} if seen.status == "RUNNING" else {})
