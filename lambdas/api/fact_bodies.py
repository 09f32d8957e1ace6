"""What callers of /facts send and get."""

from http import HTTPStatus
from typing import Annotated

from pydantic import AwareDatetime, Field

from remit.domain.fact_key import FactKey, FactRef, Namespace, PredicateName, Subject
from remit.domain.memory import Confidentiality
from remit.domain.model import Json, JsonObject, Model
from remit.domain.operation import MOST_SOURCES, Operation, Result, Settlement
from remit.domain.recall import Recollection, readable
from remit.domain.statement import Claim, OperationKind, Source, Standing, Statement

# What is recorded and does not stand is accepted, no more.
_STATUSES = {Result.ADDED: HTTPStatus.CREATED, Result.CONFLICT: HTTPStatus.ACCEPTED, Result.SUGGESTION: HTTPStatus.ACCEPTED}


class StateFact(Model):
    """POST /facts."""

    operation: OperationKind
    namespace: Namespace
    subject: Subject
    predicate: PredicateName
    value: Json = None
    version: Annotated[int | None, Field(ge=0)] = None
    valid_from: AwareDatetime | None = None
    valid_until: AwareDatetime | None = None
    confidentiality: Confidentiality | None = None
    source: Source | None = None
    derived_from: Annotated[tuple[FactRef, ...], Field(max_length=MOST_SOURCES)] = ()

    @property
    def proposed(self) -> Operation:
        fields = self.model_dump(exclude={"operation", "namespace", "subject", "predicate"})
        key = FactKey(namespace=self.namespace, subject=self.subject, predicate=self.predicate)
        return Operation(kind=self.operation, key=key, **fields)


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


def history_body(versions: tuple[Standing, ...]) -> JsonObject:
    """GET /facts/history: each version with its status and its end."""
    told: list[JsonObject] = [
        {**fact_body(each.statement), **each.model_dump(mode="json", include={"status", "ended_at"})} for each in versions
    ]
    return {"versions": [*told]}


def context_body(seen: Recollection) -> JsonObject:
    """GET /facts/context: `text` is what the model reads."""
    facts: list[JsonObject] = [fact_body(statement) for statement in seen.facts]
    left_out: list[JsonObject] = [ref.model_dump(mode="json") for ref in seen.left_out]
    return {"facts": [*facts], "left_out": [*left_out], "text": seen.text}


def claims_body(claims: tuple[Claim, ...]) -> JsonObject:
    told: list[JsonObject] = [claim_body(claim) for claim in claims]
    return {"conflicts": [*told]}
