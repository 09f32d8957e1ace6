"""Where memory lies in the table `facts`, and each change to it as conditional writes of one transaction.

    partition              sort key                                      what
    <namespace>            <subject>/<predicate>                         the statement that stands; gone once it is retracted
    <namespace>#history    <subject>/<predicate>#<version>               every statement, for ever
    <namespace>#claims     <id>                                          what was said and does not stand
    <namespace>#citations  <subject>/<predicate>#<version>#<kind>#<by>   what rests on which version

The first holds nothing but what stands, and beside what is held why it is: reading it costs by the facts, not by their history, and a
role that is bound to it by `dynamodb:LeadingKeys` cannot reach a superseded one.
"""

from functools import singledispatch
from typing import TYPE_CHECKING, NotRequired, TypedDict

from remit.adapters.dynamodb_conditions import new
from remit.adapters.dynamodb_items import encode
from remit.adapters.dynamodb_writes import put_change
from remit.domain.fact_key import FactKey, FactRef, key_of
from remit.domain.model import JsonObject
from remit.domain.statement import Citation, CitedBy, Statement
from remit.fact_ports import Cite, HoldFact, RecordClaim, RecordStatement, RequireStanding, Uncite
from remit.names import Names
from remit.record_ports import Change

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.literals import ReturnValuesOnConditionCheckFailureType
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef, TransactWriteItemTypeDef, UpdateTypeDef

_DIGITS = 9


def history_of(namespace: str) -> str:
    return f"{namespace}#history"


def claims_of(namespace: str) -> str:
    return f"{namespace}#claims"


def citations_of(namespace: str) -> str:
    return f"{namespace}#citations"


def numbered(place: str, version: int) -> str:
    """Zero-padded: keys sort as text."""
    return f"{place}#{version:0{_DIGITS}d}"


def place_of(key: FactKey) -> dict[str, str]:
    """Where what stands lies."""
    return {"pk": key.namespace, "sk": key.place}


def standing_item(statement: Statement) -> JsonObject:
    return {**place_of(statement.key), "version": statement.version, "body": statement.model_dump_json()}


def version_item(statement: Statement) -> JsonObject:
    key = statement.key
    return {"pk": history_of(key.namespace), "sk": numbered(key.place, statement.version), "body": statement.model_dump_json()}


@singledispatch
def writes_of(change: Change, names: Names) -> "list[TransactWriteItemTypeDef]":
    """The writes that make a change, all under their conditions."""
    return [put_change(change, names)]


@writes_of.register(RecordStatement)
def _(change: RecordStatement, names: Names) -> "list[TransactWriteItemTypeDef]":
    table, statement = names.table("facts"), change.statement
    sources = [write for ref in statement.derived_from for write in _derivation(ref, statement, table)]
    return [new(table, "pk", version_item(statement)), _standing(table, statement, change.before), *sources]


@writes_of.register(RecordClaim)
def _(change: RecordClaim, names: Names) -> "list[TransactWriteItemTypeDef]":
    table, claim = names.table("facts"), change.claim
    item: JsonObject = {"pk": claims_of(claim.key.namespace), "sk": claim.id, "body": claim.model_dump_json()}
    still = [] if claim.against is None else [_still_stands(claim.key, claim.against, table)]
    return [new(table, "pk", item), *still]


@writes_of.register(RequireStanding)
def _(change: RequireStanding, names: Names) -> "list[TransactWriteItemTypeDef]":
    return [_may_be_relied_on(change.fact, names.table("facts"))]


@writes_of.register(HoldFact)
def _(change: HoldFact, names: Names) -> "list[TransactWriteItemTypeDef]":
    hold, unheld = change.hold, _unheld(change.hold.fact.version)
    update: UpdateTypeDef = {
        "TableName": names.table("facts"),
        "Key": encode({**place_of(_stored(hold.fact))}),
        "UpdateExpression": "SET #hold = :hold",
        "ConditionExpression": unheld["ConditionExpression"],
        "ExpressionAttributeNames": unheld["ExpressionAttributeNames"],
        "ExpressionAttributeValues": {**unheld["ExpressionAttributeValues"], **encode({":hold": hold.model_dump_json()})},
    }
    return [{"Update": update}]


@writes_of.register(Cite)
def _(change: Cite, names: Names) -> "list[TransactWriteItemTypeDef]":
    item = {**_citation_key(change.citation), "body": change.citation.model_dump_json()}
    return [{"Put": {"TableName": names.table("facts"), "Item": encode(item)}}]


@writes_of.register(Uncite)
def _(change: Uncite, names: Names) -> "list[TransactWriteItemTypeDef]":
    return [{"Delete": {"TableName": names.table("facts"), "Key": encode(_citation_key(change.citation))}}]


def _standing(table: str, statement: Statement, before: Statement | None) -> "TransactWriteItemTypeDef":
    """The copy that is read: replaced, put, or taken away, only if it is the one that the statement follows."""
    if statement.retracts:
        if before is None:
            raise ValueError(f"{statement.key.id}: nothing stands that could be retracted")
        return {"Delete": {"TableName": table, "Key": encode({**place_of(statement.key)}), **_at(before.version)}}
    item = standing_item(statement)
    if before is None:
        return new(table, "pk", item)
    return {"Put": {"TableName": table, "Item": encode(item), **_at(before.version)}}


def _derivation(ref: FactRef, statement: Statement, table: str) -> "list[TransactWriteItemTypeDef]":
    citation = Citation(fact=ref, kind=CitedBy.FACT, by=statement.key.id)
    item = {**_citation_key(citation), "body": citation.model_dump_json()}
    return [_may_be_relied_on(ref, table), {"Put": {"TableName": table, "Item": encode(item)}}]


def _may_be_relied_on(ref: FactRef, table: str) -> "TransactWriteItemTypeDef":
    return {"ConditionCheck": {"TableName": table, "Key": encode({**place_of(_stored(ref))}), **_unheld(ref.version)}}


def _still_stands(key: FactKey, version: int, table: str) -> "TransactWriteItemTypeDef":
    return {"ConditionCheck": {"TableName": table, "Key": encode({**place_of(key)}), **_at(version)}}


def _citation_key(citation: Citation) -> JsonObject:
    key = _stored(citation.fact)
    sort = f"{numbered(key.place, citation.fact.version)}#{citation.kind}#{citation.by}"
    return {"pk": citations_of(key.namespace), "sk": sort}


def _stored(ref: FactRef) -> FactKey:
    key = key_of(ref.id)
    if key is None:
        raise ValueError(f"{ref.id} is no stored fact")
    return key


class _AtVersion(TypedDict):
    ConditionExpression: str
    ExpressionAttributeNames: dict[str, str]
    ExpressionAttributeValues: "dict[str, AttributeValueTypeDef]"
    ReturnValuesOnConditionCheckFailure: NotRequired["ReturnValuesOnConditionCheckFailureType"]


def _at(version: int) -> _AtVersion:
    return {
        "ConditionExpression": "#version = :version",
        "ExpressionAttributeNames": {"#version": "version"},
        "ExpressionAttributeValues": encode({":version": version}),
    }


def _unheld(version: int) -> _AtVersion:
    return {
        "ConditionExpression": "#version = :version AND attribute_not_exists(#hold)",
        "ExpressionAttributeNames": {"#version": "version", "#hold": "hold"},
        "ExpressionAttributeValues": encode({":version": version}),
    }
