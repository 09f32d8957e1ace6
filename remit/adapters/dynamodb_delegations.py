"""Delegations in a table: one item for each run that rests on one, and one that says it is revoked."""

from operator import attrgetter
from typing import TYPE_CHECKING

from remit.adapters.aws import calling
from remit.adapters.dynamodb_items import decode
from remit.delegation_ports import Delegations, RunUse
from remit.domain.delegation import Delegation, Revocation
from remit.domain.model import JsonObject
from remit.names import Names

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_RUN = "run#"


class DynamoDelegations(Delegations):
    """The table `delegations` of one stage, for reading; its index `person` is by the person's name."""

    def __init__(self, client: "DynamoDBClient", names: Names) -> None:
        self._client, self._table = client, names.table("delegations")

    def get(self, delegation: str) -> Delegation | None:
        items = self._query("delegation", delegation)
        return _delegation(items) if items else None

    def of_person(self, name: str) -> tuple[Delegation, ...]:
        known = sorted({str(item["delegation"]) for item in self._query("name", name, index="person")})
        found = (self.get(delegation) for delegation in known)
        return tuple(sorted((each for each in found if each is not None), key=attrgetter("expires_at"), reverse=True))

    def runs(self, delegation: str) -> tuple[RunUse, ...]:
        items = self._query("delegation", delegation)
        uses = ((str(item["sk"]), str(item.get("workflow"))) for item in items)
        return tuple(RunUse(run=key.removeprefix(_RUN), workflow=workflow) for key, workflow in uses if key.startswith(_RUN))

    def _query(self, key: str, value: str, index: str | None = None) -> list[JsonObject]:
        # An index cannot be read consistently; the table is.
        how = {"ConsistentRead": True} if index is None else {"IndexName": index}
        with calling("DynamoDB"):
            pages = self._client.get_paginator("query").paginate(
                TableName=self._table,
                KeyConditionExpression="#key = :value",
                ExpressionAttributeNames={"#key": key},
                ExpressionAttributeValues={":value": {"S": value}},
                **how,
            )
            return [decode(item) for page in pages for item in page["Items"]]


def _delegation(items: list[JsonObject]) -> Delegation:
    revoked = next((Revocation.model_validate_json(str(item["body"])) for item in items if item["sk"] == "revoked"), None)
    return Delegation.model_validate_json(str(items[0]["of"])).model_copy(update={"revoked": revoked})
