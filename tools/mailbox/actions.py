"""How the mailbox domain acts: on its own tables, with the agent's own credentials."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from remit.adapters.business_records import read_own, read_record, refusals
from remit.adapters.dynamodb_items import encode
from remit.domain.model import JsonObject
from remit.toolkit import ReadContext, ReadTool, Tool, ToolContext, ToolFailed, Use
from tools.mailbox.payloads import AskToDelete, DisableAccount, ReadMessage, RotateCredentials, WipeStore

_AT_ONCE = 100


class ReadMessageTool(ReadTool[ReadMessage]):
    """Reads one message by its key."""

    def expected(self, payload: ReadMessage, use: Use) -> JsonObject:
        return {"message_id": payload.message_id, "mailbox_id": payload.mailbox_id}

    def read_back(self, payload: ReadMessage, context: ReadContext) -> JsonObject | None:
        return read_record(context, "messages", "message_id", payload.message_id)


class AskToDeleteTool(Tool[AskToDelete]):
    """Deletes exactly one message, and notes what has to be there afterwards, in one transaction with the mailbox as it was read."""

    def execute(self, payload: AskToDelete, context: ToolContext) -> None:
        mailbox = read_record(context.reading(), "mailboxes", "mailbox_id", payload.mailbox_id)
        if mailbox is None or payload.message_id not in _ids(mailbox):
            raise ToolFailed(f"The mailbox {payload.mailbox_id} has no message {payload.message_id}.")
        others = [message for message in _ids(mailbox) if message != payload.message_id]
        note = {"deletion_id": context.key, **payload.model_dump(mode="json"), "others": [*others], "run": context.run}
        with refusals():
            context.dynamodb.transact_write_items(
                TransactItems=[
                    {
                        "Put": {
                            "TableName": context.tables["deletions"],
                            "Item": encode(note),
                            "ConditionExpression": "attribute_not_exists(deletion_id)",
                        }
                    },
                    {
                        "Delete": {
                            "TableName": context.tables["messages"],
                            "Key": {"message_id": {"S": payload.message_id}},
                            "ConditionExpression": "mailbox_id = :mailbox",
                            "ExpressionAttributeValues": {":mailbox": {"S": payload.mailbox_id}},
                        }
                    },
                    {
                        "Update": {
                            "TableName": context.tables["mailboxes"],
                            "Key": {"mailbox_id": {"S": payload.mailbox_id}},
                            "UpdateExpression": "SET messages = :others ADD version :one",
                            "ConditionExpression": "version = :read",
                            "ExpressionAttributeValues": encode({":others": [*others], ":one": 1, ":read": mailbox["version"]}),
                        }
                    },
                ]
            )

    def expected(self, payload: AskToDelete, use: Use) -> JsonObject:
        return {**payload.model_dump(mode="json"), "gone": True, "missing": []}

    def read_back(self, payload: AskToDelete, context: ReadContext) -> JsonObject | None:
        """The message is gone, and everything else that was there is there."""
        noted = read_own(context, "deletions", "deletion_id")
        if noted is None:
            return None
        others = [str(message) for message in _list(noted["others"])]
        there = set(_there([payload.message_id, *others], context))
        missing = [message for message in others if message not in there]
        return {**payload.model_dump(mode="json"), "gone": payload.message_id not in there, "missing": [*missing]}


class DisableAccountTool(Tool[DisableAccount]):
    """Marks the mailbox as disabled."""

    def execute(self, payload: DisableAccount, context: ToolContext) -> None:
        with refusals():
            context.dynamodb.update_item(
                TableName=context.tables["mailboxes"],
                Key={"mailbox_id": {"S": payload.mailbox_id}},
                UpdateExpression="SET #status = :disabled, disabled_by = :use ADD version :one",
                ConditionExpression="#status = :active",
                ExpressionAttributeNames={"#status": "status"},
                ExpressionAttributeValues=encode({":disabled": "disabled", ":active": "active", ":use": context.key, ":one": 1}),
            )

    def expected(self, payload: DisableAccount, use: Use) -> JsonObject:
        return {"mailbox_id": payload.mailbox_id, "status": "disabled"}

    def read_back(self, payload: DisableAccount, context: ReadContext) -> JsonObject | None:
        mailbox = _changed(payload.mailbox_id, "disabled_by", context)
        return None if mailbox is None else {"mailbox_id": payload.mailbox_id, "status": mailbox["status"]}


class RotateCredentialsTool(Tool[RotateCredentials]):
    """Counts the mailbox's credentials one further: those before are good for nothing."""

    def execute(self, payload: RotateCredentials, context: ToolContext) -> None:
        with refusals():
            context.dynamodb.update_item(
                TableName=context.tables["mailboxes"],
                Key={"mailbox_id": {"S": payload.mailbox_id}},
                UpdateExpression="SET rotated_by = :use ADD credentials :one, version :one",
                ConditionExpression="attribute_exists(mailbox_id)",
                ExpressionAttributeValues=encode({":use": context.key, ":one": 1}),
            )

    def expected(self, payload: RotateCredentials, use: Use) -> JsonObject:
        return {"mailbox_id": payload.mailbox_id, "rotated": True}

    def read_back(self, payload: RotateCredentials, context: ReadContext) -> JsonObject | None:
        mailbox = _changed(payload.mailbox_id, "rotated_by", context)
        return None if mailbox is None else {"mailbox_id": payload.mailbox_id, "rotated": True}


class WipeStoreTool(Tool[WipeStore]):
    """What no policy lets through finds nothing here that would do it, and no role that could."""

    def execute(self, payload: WipeStore, context: ToolContext) -> None:
        raise ToolFailed("The mailbox service has no such operation.")

    def expected(self, payload: WipeStore, use: Use) -> JsonObject:
        return {"mailbox_id": payload.mailbox_id, "messages": []}

    def read_back(self, payload: WipeStore, context: ReadContext) -> JsonObject | None:
        mailbox = read_record(context, "mailboxes", "mailbox_id", payload.mailbox_id) or {}
        return None if _ids(mailbox) else self.expected(payload, context)


def _changed(mailbox: str, mark: str, context: ReadContext) -> JsonObject | None:
    """The mailbox, if this use was the last to change it so."""
    record = read_record(context, "mailboxes", "mailbox_id", mailbox)
    return record if record is not None and record.get(mark) == context.key else None


def _there(messages: Sequence[str], context: ReadContext) -> Iterator[str]:
    """Those of the messages that exist. Raises RuntimeError when the table did not answer for all of them."""
    table = context.tables["messages"]
    for first in range(0, len(messages), _AT_ONCE):
        keys: Any = [{"message_id": {"S": message}} for message in messages[first : first + _AT_ONCE]]
        answer = context.dynamodb.batch_get_item(RequestItems={table: {"Keys": keys, "ConsistentRead": True}})
        if answer["UnprocessedKeys"]:
            raise RuntimeError("not every message could be looked for")
        yield from (str(item["message_id"]["S"]) for item in answer["Responses"].get(table, []))


def _ids(mailbox: JsonObject) -> list[str]:
    return [str(message) for message in _list(mailbox.get("messages"))]


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


TOOLS: Mapping[str, Tool[Any]] = {
    "mailbox.read_message": ReadMessageTool(),
    "mailbox.ask_to_delete": AskToDeleteTool(),
    "mailbox.disable_account": DisableAccountTool(),
    "mailbox.rotate_credentials": RotateCredentialsTool(),
    "mailbox.wipe_store": WipeStoreTool(),
}
