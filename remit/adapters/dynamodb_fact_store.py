"""The table `facts`, for reading: one query for what stands in a namespace, another for what was ever said of a key."""

from collections.abc import Iterator
from operator import attrgetter
from typing import TYPE_CHECKING

from remit.adapters.aws import calling
from remit.adapters.dynamodb_items import decode, encode
from remit.adapters.dynamodb_statements import citations_of, claims_of, history_of, place_of
from remit.domain.fact_key import FactKey
from remit.domain.model import JsonObject
from remit.domain.statement import Citation, Claim, Hold, Statement
from remit.fact_ports import FactStore
from remit.names import Names

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class DynamoFactStore(FactStore):
    """Memory of one stage. Every read is consistent."""

    def __init__(self, client: "DynamoDBClient", names: Names) -> None:
        self._client, self._table = client, names.table("facts")

    def latest(self, key: FactKey) -> Statement | None:
        newest = next(self._query(history_of(key.namespace), f"{key.place}#", newest_only=True), None)
        return None if newest is None else Statement.model_validate_json(newest)

    def standing(self, namespace: str) -> tuple[Statement, ...]:
        served = (item for item in self._items(namespace) if "hold" not in item)
        return tuple(Statement.model_validate_json(str(item["body"])) for item in served)

    def hold(self, key: FactKey) -> Hold | None:
        item = self._item(place_of(key))
        return None if item is None or "hold" not in item else Hold.model_validate_json(str(item["hold"]))

    def versions(self, key: FactKey) -> tuple[Statement, ...]:
        return tuple(map(Statement.model_validate_json, self._query(history_of(key.namespace), f"{key.place}#")))

    def history(self, namespace: str) -> tuple[Statement, ...]:
        return tuple(map(Statement.model_validate_json, self._query(history_of(namespace))))

    def claims(self, namespace: str) -> tuple[Claim, ...]:
        found = map(Claim.model_validate_json, self._query(claims_of(namespace)))
        return tuple(sorted(found, key=attrgetter("recorded_at", "id")))

    def claim(self, namespace: str, claim: str) -> Claim | None:
        item = self._item({"pk": claims_of(namespace), "sk": claim})
        return None if item is None else Claim.model_validate_json(str(item["body"]))

    def citations(self, key: FactKey) -> tuple[Citation, ...]:
        return tuple(map(Citation.model_validate_json, self._query(citations_of(key.namespace), f"{key.place}#")))

    def _item(self, key: dict[str, str]) -> JsonObject | None:
        with calling("DynamoDB"):
            found = self._client.get_item(TableName=self._table, Key=encode({**key}), ConsistentRead=True)
        return decode(found["Item"]) if "Item" in found else None

    def _query(self, partition: str, begins: str = "", *, newest_only: bool = False) -> Iterator[str]:
        """The bodies, in order of their sort keys; or the last one alone."""
        return (str(item["body"]) for item in self._items(partition, begins, newest_only=newest_only))

    def _items(self, partition: str, begins: str = "", *, newest_only: bool = False) -> Iterator[JsonObject]:
        condition, values = "#pk = :pk", {":pk": partition}
        names = {"#pk": "pk"}
        if begins:
            condition, values, names = f"{condition} AND begins_with(#sk, :sk)", {**values, ":sk": begins}, {**names, "#sk": "sk"}
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression=condition,
            ExpressionAttributeNames=names,
            ExpressionAttributeValues=encode({**values}),
            ConsistentRead=True,
            ScanIndexForward=not newest_only,
            PaginationConfig={"MaxItems": 1, "PageSize": 1} if newest_only else {},
        )
        with calling("DynamoDB"):
            yield from (decode(item) for page in pages for item in page["Items"])
