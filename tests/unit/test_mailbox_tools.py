"""What the mailbox domain's tools do to its tables, on DynamoDB as moto has it."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from remit.adapters.dynamodb_items import decode, encode
from remit.charters import load_charter
from remit.domain.model import JsonObject
from remit.toolkit import ToolContext, ToolFailed
from tests.fakes.dynamodb import NAMES, make_table, moto_dynamodb
from tools.mailbox.actions import TOOLS
from tools.mailbox.payloads import AskToDelete, DisableAccount, ReadMessage, RotateCredentials, WipeStore

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

MAILBOX = load_charter(Path("charters/mailbox.yaml"))
TABLES = {name: NAMES.business_table("mailbox", name) for name in MAILBOX.tables}
BOX: JsonObject = {"mailbox_id": "olivia", "status": "active", "messages": ["M-1", "M-2", "M-3"], "credentials": 1, "version": 4}
DELETE = AskToDelete(mailbox_id="olivia", message_id="M-2")


@pytest.fixture
def dynamodb(monkeypatch: pytest.MonkeyPatch) -> "Iterator[DynamoDBClient]":
    with moto_dynamodb(monkeypatch) as client:
        for name, table in MAILBOX.tables.items():
            make_table(client, TABLES[name], table.key)
        client.put_item(TableName=TABLES["mailboxes"], Item=encode(BOX))
        for message in ("M-1", "M-2", "M-3"):
            item: JsonObject = {"message_id": message, "mailbox_id": "olivia", "text": message}
            client.put_item(TableName=TABLES["messages"], Item=encode(item))
        yield client


@pytest.fixture
def context(dynamodb: "DynamoDBClient") -> ToolContext:
    return ToolContext(dynamodb=dynamodb, tables=TABLES, key="use-1", run="run-1")


def messages(dynamodb: "DynamoDBClient") -> list[str]:
    return sorted(item["message_id"]["S"] for item in dynamodb.scan(TableName=TABLES["messages"])["Items"])


def mailbox(dynamodb: "DynamoDBClient") -> JsonObject:
    return decode(dynamodb.get_item(TableName=TABLES["mailboxes"], Key={"mailbox_id": {"S": "olivia"}})["Item"])


def test_there_is_a_tool_for_each_of_the_charters() -> None:
    assert TOOLS.keys() == MAILBOX.tools.keys()


def test_a_message_is_read_whole(context: ToolContext) -> None:
    tool, asked = TOOLS["mailbox.read_message"], ReadMessage(mailbox_id="olivia", message_id="M-1")
    observed = tool.read_back(asked, context.reading())
    assert observed == {"message_id": "M-1", "mailbox_id": "olivia", "text": "M-1"}
    assert tool.matches(tool.expected(asked, context), observed)


def test_one_message_is_deleted_and_the_read_back_finds_all_others(context: ToolContext, dynamodb: "DynamoDBClient") -> None:
    tool = TOOLS["mailbox.ask_to_delete"]
    tool.execute(DELETE, context)
    assert tool.read_back(DELETE, context.reading()) == tool.expected(DELETE, context)
    assert (messages(dynamodb), mailbox(dynamodb)["messages"]) == (["M-1", "M-3"], ["M-1", "M-3"])


def test_the_read_back_names_what_went_with_it(context: ToolContext, dynamodb: "DynamoDBClient") -> None:
    tool = TOOLS["mailbox.ask_to_delete"]
    tool.execute(DELETE, context)
    dynamodb.delete_item(TableName=TABLES["messages"], Key={"message_id": {"S": "M-3"}})
    observed = tool.read_back(DELETE, context.reading())
    assert observed == {"mailbox_id": "olivia", "message_id": "M-2", "gone": True, "missing": ["M-3"]}
    assert not tool.matches(tool.expected(DELETE, context), observed)


def test_the_read_back_sees_a_message_that_is_still_there(context: ToolContext, dynamodb: "DynamoDBClient") -> None:
    tool = TOOLS["mailbox.ask_to_delete"]
    tool.execute(DELETE, context)
    dynamodb.put_item(TableName=TABLES["messages"], Item=encode({"message_id": "M-2", "mailbox_id": "olivia"}))
    assert not tool.matches(tool.expected(DELETE, context), tool.read_back(DELETE, context.reading()))


@pytest.mark.parametrize("asked", [AskToDelete(mailbox_id="olivia", message_id="M-9"), AskToDelete(mailbox_id="nobody", message_id="M-1")])
def test_a_message_that_is_not_in_the_mailbox_is_refused(context: ToolContext, dynamodb: "DynamoDBClient", asked: AskToDelete) -> None:
    with pytest.raises(ToolFailed):
        TOOLS["mailbox.ask_to_delete"].execute(asked, context)
    assert (messages(dynamodb), mailbox(dynamodb)) == (["M-1", "M-2", "M-3"], BOX)


def test_a_message_of_another_mailbox_is_not_deleted_whatever_this_one_says(context: ToolContext, dynamodb: "DynamoDBClient") -> None:
    dynamodb.put_item(TableName=TABLES["messages"], Item=encode({"message_id": "M-2", "mailbox_id": "mallory"}))
    with pytest.raises(ToolFailed):
        TOOLS["mailbox.ask_to_delete"].execute(DELETE, context)
    assert (messages(dynamodb), mailbox(dynamodb)) == (["M-1", "M-2", "M-3"], BOX)


def test_an_account_is_disabled_and_credentials_are_rotated_once_each(context: ToolContext, dynamodb: "DynamoDBClient") -> None:
    disable, rotate = DisableAccount(mailbox_id="olivia", why="w"), RotateCredentials(mailbox_id="olivia", why="w")
    for name, asked in (("mailbox.rotate_credentials", rotate), ("mailbox.disable_account", disable)):
        tool = TOOLS[name]
        assert tool.read_back(asked, context.reading()) is None
        tool.execute(asked, context)
        assert tool.read_back(asked, context.reading()) == tool.expected(asked, context)
    assert (mailbox(dynamodb)["status"], mailbox(dynamodb)["credentials"]) == ("disabled", 2)
    with pytest.raises(ToolFailed):
        TOOLS["mailbox.disable_account"].execute(disable, context)


def test_a_store_is_not_wiped(context: ToolContext, dynamodb: "DynamoDBClient") -> None:
    tool, asked = TOOLS["mailbox.wipe_store"], WipeStore(mailbox_id="olivia", why="w")
    with pytest.raises(ToolFailed):
        tool.execute(asked, context)
    assert (tool.read_back(asked, context.reading()), messages(dynamodb)) == (None, ["M-1", "M-2", "M-3"])
