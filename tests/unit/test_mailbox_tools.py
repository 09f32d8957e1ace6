"""What the mailbox domain's tools do: to mail through the mailbox service, on S3 as moto has it, and to its table, on DynamoDB."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import pytest

from lambdas.mailbox.store import MailStore
from remit.adapters.dynamodb_items import decode, encode
from remit.charters import load_charter
from remit.domain.model import JsonObject
from remit.toolkit import ReadContext, ToolContext, ToolFailed
from tests.fakes.dynamodb import NAMES, make_table, moto_dynamodb
from tests.fakes.mail import MailboxService, a_mail
from tools.mailbox.actions import TOOLS
from tools.mailbox.payloads import AskToDelete, DisableAccount, ReadMessage, RotateCredentials, WipeStore

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

MAILBOX = load_charter(Path("charters/mailbox.yaml"))
TABLES = {name: NAMES.business_table("mailbox", name) for name in MAILBOX.tables}
BOX: JsonObject = {"mailbox_id": "olivia", "status": "active", "credentials": 1, "version": 4}
DELETE = AskToDelete(mailbox_id="olivia", message_id="M-2")
BUCKET = "mail"


@pytest.fixture
def dynamodb(monkeypatch: pytest.MonkeyPatch) -> "Iterator[DynamoDBClient]":
    with moto_dynamodb(monkeypatch) as client:
        for name, table in MAILBOX.tables.items():
            make_table(client, TABLES[name], table.key)
        client.put_item(TableName=TABLES["mailboxes"], Item=encode(BOX))
        yield client


@pytest.fixture
def s3(dynamodb: "DynamoDBClient") -> "S3Client":
    client = boto3.client("s3")
    client.create_bucket(Bucket=BUCKET)
    for key in ("olivia/M-1", "olivia/M-2", "olivia/M-3", "mallory/M-9"):
        client.put_object(Bucket=BUCKET, Key=f"mail/{key}", Body=a_mail(key))
    return client


@pytest.fixture
def context(dynamodb: "DynamoDBClient", s3: "S3Client") -> ToolContext:
    service = MailboxService(MailStore(s3, BUCKET))
    return ToolContext(dynamodb=dynamodb, service=service, tables=TABLES, key="use-1", run="run-1")


@pytest.fixture
def looking(context: ToolContext) -> ReadContext:
    return context.reading()


def messages(s3: "S3Client") -> list[str]:
    return [each["Key"].removeprefix("mail/") for each in s3.list_objects_v2(Bucket=BUCKET, Prefix="mail/")["Contents"]]


def mailbox(dynamodb: "DynamoDBClient") -> JsonObject:
    return decode(dynamodb.get_item(TableName=TABLES["mailboxes"], Key={"mailbox_id": {"S": "olivia"}})["Item"])


def test_there_is_a_tool_for_each_of_the_charters() -> None:
    assert TOOLS.keys() == MAILBOX.tools.keys()


def test_a_message_is_read_as_it_was_written(looking: ReadContext) -> None:
    tool, asked = TOOLS["mailbox.read_message"], ReadMessage(mailbox_id="olivia", message_id="M-1")
    observed = tool.read_back(asked, looking)
    said = {"sender": "somebody@example.org", "subject": "olivia/M-1", "text": "Größe 4."}
    assert observed == {"message_id": "M-1", "mailbox_id": "olivia", "found": True, **said}
    assert tool.matches(tool.expected(asked, looking), observed)


def test_that_there_is_no_such_message_is_an_answer(looking: ReadContext) -> None:
    asked = ReadMessage(mailbox_id="olivia", message_id="M-9")
    observed = TOOLS["mailbox.read_message"].read_back(asked, looking)
    assert observed == {"message_id": "M-9", "mailbox_id": "olivia", "found": False}


def test_one_message_is_deleted_and_the_read_back_finds_all_others(context: ToolContext, s3: "S3Client") -> None:
    tool = TOOLS["mailbox.ask_to_delete"]
    assert tool.read_back(DELETE, context.reading()) is None
    tool.execute(DELETE, context)
    assert tool.read_back(DELETE, context.reading()) == tool.expected(DELETE, context)
    assert messages(s3) == ["mallory/M-9", "olivia/M-1", "olivia/M-3"]


def test_a_repeat_under_the_same_key_deletes_what_was_begun_and_another_use_is_refused(context: ToolContext, s3: "S3Client") -> None:
    tool = TOOLS["mailbox.ask_to_delete"]
    tool.execute(DELETE, context)
    # As if it had ended between the note and the deletion.
    s3.put_object(Bucket=BUCKET, Key="mail/olivia/M-2", Body=a_mail("again"))
    tool.execute(DELETE, context)
    assert messages(s3) == ["mallory/M-9", "olivia/M-1", "olivia/M-3"]
    with pytest.raises(ToolFailed, match="was deleted before"):
        tool.execute(DELETE, replace(context, key="use-2"))
    assert tool.read_back(DELETE, replace(context, key="use-2").reading()) is None


def test_the_read_back_names_what_went_with_it(context: ToolContext, s3: "S3Client") -> None:
    tool = TOOLS["mailbox.ask_to_delete"]
    tool.execute(DELETE, context)
    s3.delete_object(Bucket=BUCKET, Key="mail/olivia/M-3")
    observed = tool.read_back(DELETE, context.reading())
    assert observed == {"mailbox_id": "olivia", "message_id": "M-2", "gone": True, "missing": ["M-3"]}
    assert not tool.matches(tool.expected(DELETE, context), observed)


def test_what_was_deleted_on_another_word_and_what_came_since_is_not_missed(context: ToolContext, s3: "S3Client") -> None:
    tool = TOOLS["mailbox.ask_to_delete"]
    tool.execute(DELETE, context)
    tool.execute(AskToDelete(mailbox_id="olivia", message_id="M-3"), replace(context, key="use-2"))
    s3.put_object(Bucket=BUCKET, Key="mail/olivia/M-10", Body=a_mail("new"))
    assert tool.read_back(DELETE, context.reading()) == tool.expected(DELETE, context)


def test_while_the_message_is_still_there_its_deletion_is_not_to_be_seen_so_it_is_tried_again(context: ToolContext, s3: "S3Client") -> None:
    tool = TOOLS["mailbox.ask_to_delete"]
    tool.execute(DELETE, context)
    # As if it had ended between the note and the deletion.
    s3.put_object(Bucket=BUCKET, Key="mail/olivia/M-2", Body=a_mail("again"))
    assert tool.read_back(DELETE, context.reading()) is None


@pytest.mark.parametrize("asked", [AskToDelete(mailbox_id="olivia", message_id="M-9"), AskToDelete(mailbox_id="nobody", message_id="M-1")])
def test_a_message_that_is_not_in_the_mailbox_is_refused(context: ToolContext, s3: "S3Client", asked: AskToDelete) -> None:
    with pytest.raises(ToolFailed, match="has no message"):
        TOOLS["mailbox.ask_to_delete"].execute(asked, context)
    assert messages(s3) == ["mallory/M-9", "olivia/M-1", "olivia/M-2", "olivia/M-3"]


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


def test_a_store_is_not_wiped(context: ToolContext, s3: "S3Client") -> None:
    tool, asked = TOOLS["mailbox.wipe_store"], WipeStore(mailbox_id="olivia", why="w")
    with pytest.raises(ToolFailed):
        tool.execute(asked, context)
    assert (tool.read_back(asked, context.reading()), messages(s3)[1:]) == (None, ["olivia/M-1", "olivia/M-2", "olivia/M-3"])
