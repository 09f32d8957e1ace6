"""Facts out of the business tables, on DynamoDB as moto has it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from remit.adapters.dynamodb_facts import DynamoFacts
from remit.adapters.dynamodb_items import encode
from remit.adapters.system import SystemClock
from remit.charters import load_charter
from remit.domain.cedar_type import CedarType
from remit.domain.errors import Denied
from remit.domain.fact_key import FactRef
from remit.domain.fact_spec import StoredFactSpec
from remit.domain.model import JsonObject
from remit.usecases.facts import change_fact
from tests.fakes.clock import FixedClock
from tests.fakes.dynamodb import NAMES, make_table, moto_dynamodb
from tests.fakes.facts import dynamo_facts
from tests.fakes.gate import REFUNDS, business_records, refund
from tests.fakes.memory import add, by, key, make_charter, retract, update

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@pytest.fixture
def dynamodb(monkeypatch: pytest.MonkeyPatch) -> "Iterator[DynamoDBClient]":
    with moto_dynamodb(monkeypatch) as client:
        for table in ("accounts", "orders"):
            make_table(client, NAMES.business_table("refunds", table), REFUNDS.tables[table].key)
        for (table, _), record in business_records().items():
            client.put_item(TableName=NAMES.business_table("refunds", table), Item=encode(record))
        yield client


def test_facts_come_with_the_declared_attributes_and_their_versions(dynamodb: "DynamoDBClient") -> None:
    account, order = DynamoFacts(dynamodb, NAMES, REFUNDS, FixedClock()).read(REFUNDS.facts, refund())
    assert (account.ref, account.attributes) == (FactRef(id="accounts/A-100", version=3), {"status": "open", "flagged": False})
    assert (order.ref.id, order.attributes["refundable"]) == ("orders/O-1001", 900_000)


def test_a_missing_record_is_a_denial(dynamodb: "DynamoDBClient") -> None:
    with pytest.raises(Denied, match="orders/O-9"):
        DynamoFacts(dynamodb, NAMES, REFUNDS, FixedClock()).read(REFUNDS.facts, refund(order_id="O-9"))


@pytest.mark.parametrize("order", ["", 7, None])
def test_a_key_that_names_no_record_is_a_denial(dynamodb: "DynamoDBClient", order: object) -> None:
    with pytest.raises(Denied):
        DynamoFacts(dynamodb, NAMES, REFUNDS, FixedClock()).read(REFUNDS.facts, refund(order_id=order))


def test_no_fact_wanted_is_no_read(dynamodb: "DynamoDBClient") -> None:
    assert DynamoFacts(dynamodb, NAMES, REFUNDS, FixedClock()).read({}, refund()) == ()


CLAIMS = load_charter(Path("charters/claims.yaml"))
CLAIM: JsonObject = {"claim_id": "C-1", "status": "open", "restricted": False, "currency": "USD", "insured": 1, "version": 2}


def test_a_record_by_tenant_is_the_delegators_and_cited_so(dynamodb: "DynamoDBClient") -> None:
    table = NAMES.business_table("claims", "claims")
    make_table(dynamodb, table, "tenant", "claim_id")
    for tenant, version in (("north", 2), ("south", 7)):
        dynamodb.put_item(TableName=table, Item=encode({**CLAIM, "tenant": tenant, "version": version}))
    facts = DynamoFacts(dynamodb, NAMES, CLAIMS, FixedClock())
    (claim,) = facts.read(CLAIMS.facts, {"claim_id": "C-1"}, "north")
    assert claim.ref == FactRef(id="claims/north/C-1", version=2)
    with pytest.raises(Denied, match="there is no claims/west/C-1"):
        facts.read(CLAIMS.facts, {"claim_id": "C-1"}, "west")
    with pytest.raises(Denied, match="kept by tenant"):
        facts.read(CLAIMS.facts, {"claim_id": "C-1"})


STORED = {"rule": StoredFactSpec(namespace="logistics", predicate="carrier", key="zone", type=CedarType.STRING)}
BOOKING: JsonObject = {"zone": "zone-B"}


def stored_facts(dynamodb: "DynamoDBClient", clock: FixedClock | None = None) -> DynamoFacts:
    return DynamoFacts(dynamodb, NAMES, make_charter("logistics"), clock or FixedClock())


def test_what_stands_in_memory_is_a_fact_with_its_version_and_authority(dynamodb: "DynamoDBClient") -> None:
    memory = dynamo_facts(dynamodb, NAMES, SystemClock())
    change_fact(add(key(), "X"), by("agent"), memory)
    change_fact(update(key(), "Y"), by("owner"), memory)
    (rule,) = stored_facts(dynamodb).read({**STORED}, BOOKING)
    assert rule.ref == FactRef(id="logistics:zone-B/carrier", version=2)
    assert rule.attributes == {"value": "Y", "authority": "owner", "integrity": "owner"}


def test_a_record_and_a_stored_fact_are_read_together(dynamodb: "DynamoDBClient") -> None:
    change_fact(add(key(), "X"), by("owner"), dynamo_facts(dynamodb, NAMES, SystemClock()))
    charter = make_charter("logistics").model_copy(update={"domain": "refunds", "tables": REFUNDS.tables})
    facts = DynamoFacts(dynamodb, NAMES, charter, FixedClock()).read({**STORED, **REFUNDS.facts}, {**BOOKING, **refund()})
    assert [fact.ref.id for fact in facts] == ["logistics:zone-B/carrier", "accounts/A-100", "orders/O-1001"]


def test_what_was_retracted_has_lapsed_or_was_only_suggested_is_no_fact(dynamodb: "DynamoDBClient") -> None:
    memory, soon = dynamo_facts(dynamodb, NAMES, SystemClock()), datetime.now(UTC) + timedelta(hours=1)
    change_fact(add(key("gone"), "X"), by("owner"), memory)
    change_fact(retract(key("gone")), by("owner"), memory)
    change_fact(add(key("lapsed"), "X").model_copy(update={"valid_until": soon}), by("owner"), memory)
    change_fact(add(key("suggested"), "X"), by("suggestion"), memory)
    for subject in ("gone", "lapsed", "suggested", "never", "no/subject", "zone B"):
        with pytest.raises(Denied) as denied:
            stored_facts(dynamodb, FixedClock(soon)).read({**STORED}, {"zone": subject})
        assert denied.value.reasons[0].policy == "fact.rule"


def test_a_stored_fact_of_another_type_than_the_charter_now_says_is_a_denial(dynamodb: "DynamoDBClient") -> None:
    change_fact(add(key(), "X"), by("owner"), dynamo_facts(dynamodb, NAMES, SystemClock()))
    changed = {name: spec.model_copy(update={"type": CedarType.LONG}) for name, spec in STORED.items()}
    with pytest.raises(Denied, match="value is not a Long"):
        stored_facts(dynamodb).read({**changed}, BOOKING)
