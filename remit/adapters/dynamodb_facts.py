"""Facts out of the domain's own tables: all that a decision needs in one consistent read."""

from typing import TYPE_CHECKING

from remit.adapters.aws import calling
from remit.adapters.dynamodb_items import decode
from remit.domain.charter import Charter, FactSpec
from remit.domain.errors import Denied, Reason, Unavailable
from remit.domain.fact import Fact, make_fact
from remit.domain.model import JsonObject
from remit.names import Names
from remit.ports import FactSource

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import KeysAndAttributesTypeDef


class DynamoFacts(FactSource):
    """The business tables of one charter, for reading."""

    def __init__(self, client: "DynamoDBClient", names: Names, charter: Charter) -> None:
        self._client, self._charter = client, charter
        self._physical = {table: names.business_table(charter.domain, table) for table in charter.tables}

    def read(self, wanted: dict[str, FactSpec], payload: JsonObject) -> tuple[Fact, ...]:
        if not wanted:
            return ()
        keys = {name: _key(name, spec, payload) for name, spec in wanted.items()}
        records = self._records({(spec.table, keys[name]) for name, spec in wanted.items()})
        return tuple(make_fact(name, spec, keys[name], records.get((spec.table, keys[name]))) for name, spec in wanted.items())

    def _records(self, places: set[tuple[str, str]]) -> dict[tuple[str, str], JsonObject]:
        with calling("DynamoDB"):
            answer = self._client.batch_get_item(RequestItems=self._request(places))
        if answer["UnprocessedKeys"]:
            raise Unavailable("DynamoDB: some facts could not be read now")
        return {
            (table, str(record[spec.key])): record
            for table, spec in self._charter.tables.items()
            for record in map(decode, answer["Responses"].get(self._physical[table], []))
        }

    def _request(self, places: set[tuple[str, str]]) -> "dict[str, KeysAndAttributesTypeDef]":
        request: dict[str, KeysAndAttributesTypeDef] = {}
        for table, key in sorted(places):
            batch = request.setdefault(self._physical[table], {"Keys": [], "ConsistentRead": True})
            batch["Keys"] = [*batch["Keys"], {self._charter.tables[table].key: {"S": key}}]
        return request


def _key(name: str, spec: FactSpec, payload: JsonObject) -> str:
    key = payload.get(spec.key)
    if not isinstance(key, str) or not key:
        reason = Reason(policy=f"fact.{name}", reason=f"the payload's {spec.key} names no record")
        raise Denied(f"The fact '{name}' cannot be looked up: {reason.reason}.", (reason,))
    return key
