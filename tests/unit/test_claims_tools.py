"""What the claims domain's tools do to its tables, on DynamoDB as moto has it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from remit.adapters.dynamodb_items import decode, encode
from remit.charters import load_charter
from remit.domain.model import JsonObject
from remit.toolkit import ToolContext, ToolFailed
from tests.fakes.dynamodb import NAMES, make_table, moto_dynamodb
from tools.claims.actions import TOOLS
from tools.claims.payloads import DraftAssessment, ReadClaim

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

CLAIMS = load_charter(Path("charters/claims.yaml"))
TABLES = {name: NAMES.business_table("claims", name) for name in CLAIMS.tables}
CLAIM: JsonObject = {
    "tenant": "north",
    "claim_id": "C-1",
    "status": "open",
    "statement": "A pipe burst.",
    "insured": 10_000_00,
    "version": 2,
}
DRAFT = DraftAssessment(claim_id="C-1", assessed=1_200_00, currency="USD", findings="The floor is gone.")


@pytest.fixture
def dynamodb(monkeypatch: pytest.MonkeyPatch) -> "Iterator[DynamoDBClient]":
    with moto_dynamodb(monkeypatch) as client:
        for name, table in CLAIMS.tables.items():
            make_table(client, TABLES[name], table.partition, str(table.sort))
        client.put_item(TableName=TABLES["claims"], Item=encode(CLAIM))
        yield client


@pytest.fixture
def context(dynamodb: "DynamoDBClient") -> ToolContext:
    return ToolContext(dynamodb=dynamodb, tables=TABLES, by_tenant=frozenset(TABLES), tenant="north", key="use-1", run="run-1")


def drafts(dynamodb: "DynamoDBClient") -> list[JsonObject]:
    return [decode(item) for item in dynamodb.scan(TableName=TABLES["assessments"])["Items"]]


def test_there_is_a_tool_for_each_of_the_charters() -> None:
    assert TOOLS.keys() == CLAIMS.tools.keys()


def test_what_is_read_is_the_whole_claim_and_matches_what_was_asked_for(context: ToolContext) -> None:
    tool, asked = TOOLS["claims.read_claim"], ReadClaim(claim_id="C-1")
    tool.execute(asked, context)
    observed = tool.read_back(asked, context.reading())
    assert observed == CLAIM
    assert tool.matches(tool.expected(asked, context), observed)


def test_a_claim_of_another_tenant_is_not_there(context: ToolContext) -> None:
    tool, elsewhere = TOOLS["claims.read_claim"], replace(context, tenant="south")
    assert tool.read_back(ReadClaim(claim_id="C-1"), elsewhere.reading()) is None
    with pytest.raises(ToolFailed):
        TOOLS["claims.draft_assessment"].execute(DRAFT, elsewhere)


def test_on_nobodys_behalf_nothing_is_touched(context: ToolContext) -> None:
    with pytest.raises(ToolFailed, match="kept by tenant"):
        TOOLS["claims.draft_assessment"].execute(DRAFT, replace(context, tenant=None))


def test_another_record_than_the_one_asked_for_does_not_match(context: ToolContext) -> None:
    tool, asked = TOOLS["claims.read_claim"], ReadClaim(claim_id="C-2")
    assert tool.read_back(asked, context.reading()) is None
    assert not tool.matches(tool.expected(asked, context), CLAIM)


def test_a_draft_is_written_once_and_reads_back_as_it_should(context: ToolContext, dynamodb: "DynamoDBClient") -> None:
    tool = TOOLS["claims.draft_assessment"]
    tool.execute(DRAFT, context)
    with pytest.raises(ToolFailed):
        tool.execute(DRAFT, context)
    assert tool.read_back(DRAFT, context.reading()) == tool.expected(DRAFT, context)
    assert [(draft["tenant"], draft["status"], draft["run"]) for draft in drafts(dynamodb)] == [("north", "draft", "run-1")]


def test_a_claim_that_was_closed_meanwhile_gets_no_draft(context: ToolContext, dynamodb: "DynamoDBClient") -> None:
    dynamodb.put_item(TableName=TABLES["claims"], Item=encode({**CLAIM, "status": "closed"}))
    with pytest.raises(ToolFailed):
        TOOLS["claims.draft_assessment"].execute(DRAFT, context)
    assert drafts(dynamodb) == []
