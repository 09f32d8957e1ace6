"""Facts out of the domain's own tables and out of memory: all that a decision needs in one consistent read."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from remit.adapters.aws import calling
from remit.adapters.dynamodb_items import decode, encode
from remit.adapters.dynamodb_statements import place_of
from remit.domain.access import TENANT
from remit.domain.charter import Charter
from remit.domain.errors import Denied, Reason, Unavailable
from remit.domain.fact import Fact, make_fact, record_of, relied_on_in_vain
from remit.domain.fact_spec import FactSpec, RecordFactSpec
from remit.domain.model import JsonObject
from remit.domain.statement import Hold, Statement
from remit.names import Names
from remit.ports import Clock, FactSource

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import KeysAndAttributesTypeDef


@dataclass(frozen=True, slots=True)
class _Place:
    """One item, by its table's physical name and its key."""

    table: str
    key: tuple[tuple[str, str], ...]

    def is_of(self, table: str, item: JsonObject) -> bool:
        return table == self.table and all(item[name] == value for name, value in self.key)


class DynamoFacts(FactSource):
    """The business tables and the memory of one charter, for reading."""

    def __init__(self, client: "DynamoDBClient", names: Names, charter: Charter, clock: Clock) -> None:
        self._client, self._names, self._charter, self._clock = client, names, charter, clock

    def read(self, wanted: dict[str, FactSpec], payload: JsonObject, tenant: str | None = None) -> tuple[Fact, ...]:
        if not wanted:
            return ()
        keys = {name: _key(name, spec, payload) for name, spec in wanted.items()}
        places = {name: self._place(name, spec, keys[name], tenant) for name, spec in wanted.items()}
        items = self._items(set(places.values()))
        records = {name: self._record(name, spec, items.get(places[name])) for name, spec in wanted.items()}
        return tuple(make_fact(name, spec, self._cited(spec, keys[name], tenant), records[name]) for name, spec in wanted.items())

    def _place(self, name: str, spec: FactSpec, key: str, tenant: str | None) -> _Place:
        if isinstance(spec, RecordFactSpec):
            return self._record_place(name, spec, key, tenant)
        try:
            return _Place(self._names.table("facts"), tuple(sorted(place_of(spec.key_of(key)).items())))
        except ValueError as error:
            raise _not_found(name, f"'{key}' is no subject") from error

    def _record_place(self, name: str, spec: RecordFactSpec, key: str, tenant: str | None) -> _Place:
        table = self._charter.tables[spec.table]
        if table.tenant and tenant is None:
            raise _not_found(name, "its records are kept by tenant, and nobody of one is behind this")
        within = ((TENANT, str(tenant)),) if table.tenant else ()
        return _Place(self._names.business_table(self._charter.domain, spec.table), (*within, (table.key, key)))

    def _cited(self, spec: FactSpec, key: str, tenant: str | None) -> str:
        return self._charter.tables[spec.table].cited(key, tenant) if isinstance(spec, RecordFactSpec) else key

    def _items(self, places: set[_Place]) -> dict[_Place, JsonObject]:
        with calling("DynamoDB"):
            answer = self._client.batch_get_item(RequestItems=_request(places))
        if answer["UnprocessedKeys"]:
            raise Unavailable("DynamoDB: some facts could not be read now")
        found = [(table, decode(item)) for table, items in answer["Responses"].items() for item in items]
        return {
            place: item for place in places for table, item in found if table == place.table and dict(place.key).items() <= item.items()
        }

    def _record(self, name: str, spec: FactSpec, item: JsonObject | None) -> JsonObject | None:
        if item is None or isinstance(spec, RecordFactSpec):
            return item
        if "hold" in item:
            raise relied_on_in_vain(name, Hold.model_validate_json(str(item["hold"])).why)
        statement = Statement.model_validate_json(str(item["body"]))
        return None if statement.lapsed_at(self._clock.now()) else record_of(statement)


def _request(places: set[_Place]) -> "dict[str, KeysAndAttributesTypeDef]":
    request: dict[str, KeysAndAttributesTypeDef] = {}
    for place in sorted(places, key=lambda place: (place.table, place.key)):
        batch = request.setdefault(place.table, {"Keys": [], "ConsistentRead": True})
        batch["Keys"] = [*batch["Keys"], encode(dict(place.key))]
    return request


def _key(name: str, spec: FactSpec, payload: JsonObject) -> str:
    key = payload.get(spec.key)
    if not isinstance(key, str) or not key:
        raise _not_found(name, f"the payload's {spec.key} names no record")
    return key


def _not_found(name: str, why: str) -> Denied:
    return Denied(f"The fact '{name}' cannot be looked up: {why}.", (Reason(policy=f"fact.{name}", reason=why),))
