"""Around the gate there is no way: every attempt is refused by IAM, by name, and leaves no trace. docs/bypass.md says which."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from remit.adapters.dynamodb_items import decode
from remit.cli.demo.world import World
from remit.local.cloud import CloudState
from tests.e2e.bypass.attempts import TENANT
from tests.e2e.bypass.identities import NAMES, Identities
from tests.e2e.bypass.principals import ATTEMPTS
from tests.e2e.bypass.supply import AGENTS, SUPPLY
from tests.e2e.bypass.table import PAGE, page
from tests.e2e.bypass.trial import AGENT, CLAIM, NO_ALLOW, UNTAGGED, Row, place, records, role, trial

pytestmark = pytest.mark.vouched("ministack")

EVERY = [(who, attempt.what) for who, attempts in ATTEMPTS.items() for attempt in attempts]
OWN_RECORDS = {"change a claim", "delete a draft"}


class Seen(NamedTuple):
    """Everything that could have changed, before and after."""

    rows: tuple[Row, ...]
    before: tuple[Mapping[str, Any], Mapping[str, Any]]
    after: tuple[Mapping[str, Any], Mapping[str, Any]]


@pytest.fixture(scope="module")
def here(state: CloudState) -> Identities:
    return Identities(state)


@pytest.fixture(scope="module")
def seen(here: Identities, world: World) -> Seen:
    where = place(here, world)
    before = records(here), role(here)
    rows = trial(here, where)
    return Seen(rows, before, (records(here), role(here)))


@pytest.fixture(scope="module")
def rows(seen: Seen) -> dict[tuple[str, str], Row]:
    return {(row.who, row.attempt.what): row for row in seen.rows}


@pytest.mark.parametrize(("who", "what"), EVERY, ids=[f"{who}-{what}" for who, what in EVERY])
def test_iam_refuses_the_very_action(rows: dict[tuple[str, str], Row], who: str, what: str) -> None:
    row = rows[who, what]
    assert row.refusal is not None
    assert row.refusal.action == row.attempt.action


def test_the_boundary_would_refuse_it_too_but_for_the_domains_own_records(rows: dict[tuple[str, str], Row]) -> None:
    """Where a table's own policy refuses, the boundary is not asked."""
    without = {(who, what) for (who, what), row in rows.items() if row.refusal and row.refusal.why == NO_ALLOW and not row.bounded}
    assert {(who, what) for who, what in without if who in {AGENT, UNTAGGED}} == {(AGENT, what) for what in OWN_RECORDS}


def test_of_supply_too_but_for_the_domains_records_and_what_is_remembered(rows: dict[tuple[str, str], Row]) -> None:
    domains = {f"{verb} {table}" for verb in ("read", "write") for table in SUPPLY.tables}
    tried = [(what, row) for (who, what), row in rows.items() if who in AGENTS and row.refusal and row.refusal.why == NO_ALLOW]
    assert {what for what, row in tried if not row.bounded and not what.startswith("recall ")} <= domains


def test_nothing_has_changed(seen: Seen) -> None:
    assert seen.after == seen.before


def test_the_page_says_what_was_seen(seen: Seen) -> None:
    assert PAGE.read_text(encoding="utf-8") == page(seen.rows), "write it again: python -m tests.e2e.bypass --write"


def test_the_tests_that_the_page_names_exist() -> None:
    named = re.findall(r"`(\S+\.py)::(\w+)`", PAGE.read_text(encoding="utf-8"))
    assert named
    assert not [test for file, test in named if f"def {test}(" not in Path(file).read_text(encoding="utf-8")]


def test_the_agent_reads_and_drafts_in_its_own_tables_for_the_tenant_it_is_tagged_with(here: Identities, seen: Seen) -> None:
    tables, tenant = here.agent("claims", "claims", tenant=TENANT)("dynamodb"), {"S": TENANT}
    claims, assessments = (NAMES.business_table("claims", table) for table in ("claims", "assessments"))
    read = tables.get_item(TableName=claims, Key={"tenant": tenant, "claim_id": {"S": CLAIM["claim_id"]}})
    assert decode(read["Item"]) == CLAIM
    key = {"tenant": tenant, "assessment_id": {"S": "own-draft"}}
    tables.put_item(TableName=assessments, Item={**key, "status": {"S": "draft"}})
    kept = here.admin("dynamodb").get_item(TableName=assessments, Key=key)["Item"]
    assert decode(kept) == {"tenant": TENANT, "assessment_id": "own-draft", "status": "draft"}


def test_payout_and_export_are_there_and_work_for_who_may(here: Identities, seen: Seen) -> None:
    functions = here.admin("lambda")
    order = {"payout_id": "P-1", "claim_id": CLAIM["claim_id"], "amount": 100}
    paid = json.loads(functions.invoke(FunctionName=NAMES.of("claims-payout"), Payload=json.dumps(order))["Payload"].read())
    assert paid == {**order, "status": "paid"}
    exported = json.loads(functions.invoke(FunctionName=NAMES.of("claims-export"), Payload=b"{}")["Payload"].read())
    assert CLAIM in exported


def test_the_agents_role_lets_its_executor_in_and_is_what_it_acts_as(here: Identities) -> None:
    acting = here.agent("claims", "claims")("sts").get_caller_identity()["Arn"]
    assert acting.endswith(f"assumed-role/{NAMES.agent_role('claims', 'claims')}/bypass")
