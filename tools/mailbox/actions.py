"""How the mailbox domain acts: through the mailbox service and on its own table, with the agent's own credentials."""

from collections.abc import Mapping
from typing import Any

from remit.adapters.business_records import read_record, refusals
from remit.adapters.dynamodb_items import encode
from remit.domain.model import Json, JsonObject
from remit.toolkit import ReadContext, ReadTool, Tool, ToolContext, ToolFailed, Use
from tools.mailbox.payloads import AskToDelete, DisableAccount, ReadMessage, RotateCredentials, WipeStore


class ReadMessageTool(ReadTool[ReadMessage]):
    """Has the mailbox service read one message; that there is none is an answer too."""

    def expected(self, payload: ReadMessage, use: Use) -> JsonObject:
        return {"message_id": payload.message_id, "mailbox_id": payload.mailbox_id}

    def read_back(self, payload: ReadMessage, context: ReadContext) -> JsonObject | None:
        return context.service.call("read", payload.model_dump(mode="json"))


class AskToDeleteTool(Tool[AskToDelete]):
    """Has the mailbox service delete exactly one message; the service notes what has to be there afterwards."""

    def execute(self, payload: AskToDelete, context: ToolContext) -> None:
        context.service.call("delete", {**payload.model_dump(mode="json"), "use": context.key})

    def expected(self, payload: AskToDelete, use: Use) -> JsonObject:
        return {**payload.model_dump(mode="json"), "gone": True, "missing": []}

    def read_back(self, payload: AskToDelete, context: ReadContext) -> JsonObject | None:
        """The message is gone, and everything else that was there is there, but for what was deleted on another word. While it is noted
        and still there, its deletion was begun at most."""
        listed = context.service.call("list", payload.model_dump(mode="json"))
        note, there, deleted = listed["note"], _list(listed["there"]), _list(listed["deleted"])
        if not isinstance(note, dict) or note["use"] != context.key or payload.message_id in there:
            return None
        missing = [message for message in _list(note["others"]) if message not in there and message not in deleted]
        return {**payload.model_dump(mode="json"), "gone": True, "missing": missing}


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
        return {"mailbox_id": payload.mailbox_id, "wiped": True}

    def read_back(self, payload: WipeStore, context: ReadContext) -> JsonObject | None:
        """Nothing could have been done."""


def _changed(mailbox: str, mark: str, context: ReadContext) -> JsonObject | None:
    """The mailbox, if this use was the last to change it so."""
    record = read_record(context, "mailboxes", "mailbox_id", mailbox)
    return record if record is not None and record.get(mark) == context.key else None


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


TOOLS: Mapping[str, Tool[Any]] = {
    "mailbox.read_message": ReadMessageTool(),
    "mailbox.ask_to_delete": AskToDeleteTool(),
    "mailbox.disable_account": DisableAccountTool(),
    "mailbox.rotate_credentials": RotateCredentialsTool(),
    "mailbox.wipe_store": WipeStoreTool(),
}
