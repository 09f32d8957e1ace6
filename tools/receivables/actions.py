"""How the receivables domain acts: on its own tables and from its own sender, with the agent's own credentials."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from remit.adapters.business_mail import Letter, read_letter, send_once
from remit.adapters.business_records import put_own_with, read_own, read_record, refusals
from remit.adapters.dynamodb_items import decode, encode
from remit.domain.canonical import digest
from remit.domain.model import JsonObject
from remit.toolkit import ReadContext, ReadTool, Tool, ToolContext, ToolFailed, Use
from tools.receivables.payloads import CheckDispute, ListUnpaid, SendDefaultNotice, SendReminder, StrikeNote, UpdateCrm

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef, UpdateTypeDef

# As many as the state machine works on at once: none waits for the others to be paid.
_AT_ONCE = 10


class ListUnpaidTool(ReadTool[ListUnpaid]):
    """Reads the longest overdue invoices of a portfolio, as many as one run takes on."""

    def expected(self, payload: ListUnpaid, use: Use) -> JsonObject:
        return {"portfolio": payload.portfolio}

    def read_back(self, payload: ListUnpaid, context: ReadContext) -> JsonObject | None:
        found = context.dynamodb.query(
            TableName=context.tables["invoices"],
            IndexName="unpaid",
            KeyConditionExpression="owed_in = :portfolio AND due_on < :day",
            ExpressionAttributeValues={":portfolio": {"S": payload.portfolio}, ":day": {"S": payload.due_before}},
            Limit=_AT_ONCE,
        )
        return {"portfolio": payload.portfolio, "invoices": [decode(item) for item in found["Items"]]}


class CheckDisputeTool(ReadTool[CheckDispute]):
    """Reads one invoice by its key, as it is at this moment."""

    def expected(self, payload: CheckDispute, use: Use) -> JsonObject:
        return {"invoice_id": payload.invoice_id}

    def read_back(self, payload: CheckDispute, context: ReadContext) -> JsonObject | None:
        return read_record(context, "invoices", "invoice_id", payload.invoice_id)


class _LetterTool(Tool[Any]):
    """Writes to the customer of one invoice: once, and only while it is unpaid and undisputed."""

    kind: str
    subject: str
    opening: str

    def execute(self, payload: SendReminder | SendDefaultNotice, context: ToolContext) -> None:
        invoice = _owed(read_record(context.reading(), "invoices", "invoice_id", payload.invoice_id))
        customer = read_record(context.reading(), "customers", "customer_id", str(invoice["customer_id"]))
        if customer is None:
            raise ToolFailed(f"There is no customer {invoice['customer_id']}.")
        send_once(self._letter(payload, invoice, customer), context, "letters", "letter_id")

    def expected(self, payload: SendReminder | SendDefaultNotice, use: Use) -> JsonObject:
        return {**self._record(payload), "status": "sent"}

    def read_back(self, payload: SendReminder | SendDefaultNotice, context: ReadContext) -> JsonObject | None:
        return read_letter(context, "letters", "letter_id")

    def matches(self, expected: JsonObject, observed: JsonObject | None) -> bool:
        return observed is not None and expected.items() <= observed.items()

    def _letter(self, payload: SendReminder | SendDefaultNotice, invoice: JsonObject, customer: JsonObject) -> Letter:
        owed = f"{invoice['currency']} {int(str(invoice['amount'])) / 100:,.2f}"
        facts = f"Invoice {payload.invoice_id}\nDue on {invoice['due_on']}\nAmount {owed}"
        return Letter(
            sender="collections",
            to=str(customer["email"]),
            subject=f"{self.subject} {payload.invoice_id}",
            text=f"Dear {customer['name']},\n\n{self.opening}\n\n{facts}\n\n{payload.passage}\n",
            record=self._record(payload),
        )

    def _record(self, payload: SendReminder | SendDefaultNotice) -> JsonObject:
        return {"kind": self.kind, "invoice_id": payload.invoice_id, "passage_digest": digest(payload.passage)}


class SendReminderTool(_LetterTool):
    kind = "reminder"
    subject = "Reminder: invoice"
    opening = "we have not seen a payment of this invoice yet:"


class SendDefaultNoticeTool(_LetterTool):
    kind = "default_notice"
    subject = "Notice of default: invoice"
    opening = "in spite of our reminders this invoice is unpaid, and you are now in default:"


class UpdateCrmTool(Tool[UpdateCrm]):
    """Writes the activity and marks the customer with it, in one transaction."""

    def execute(self, payload: UpdateCrm, context: ToolContext) -> None:
        marked: UpdateTypeDef = {
            "TableName": context.tables["customers"],
            "Key": {"customer_id": {"S": payload.customer_id}},
            "UpdateExpression": "SET last_letter = :letter, last_invoice = :invoice, last_note = :note ADD version :one",
            "ConditionExpression": "attribute_exists(customer_id)",
            "ExpressionAttributeValues": {
                ":letter": {"S": payload.letter},
                ":invoice": {"S": payload.invoice_id},
                ":note": {"S": context.key},
                ":one": {"N": "1"},
            },
        }
        put_own_with(context, "activities", "activity_id", self.expected(payload, context), marked)

    def expected(self, payload: UpdateCrm, use: Use) -> JsonObject:
        return payload.model_dump(mode="json")

    def read_back(self, payload: UpdateCrm, context: ReadContext) -> JsonObject | None:
        return read_own(context, "activities", "activity_id")


class StrikeNoteTool(Tool[StrikeNote]):
    """Marks the activity as struck, and takes it from the customer's record in the same transaction if it was the last there."""

    def execute(self, payload: StrikeNote, context: ToolContext) -> None:
        struck, last = self._struck(payload, context), self._was_last(payload, context)
        try:
            with refusals():
                context.dynamodb.transact_write_items(TransactItems=[struck, last])
        except ToolFailed:
            # A later note stands in the customer's record, and stays there.
            with refusals():
                context.dynamodb.transact_write_items(TransactItems=[struck])

    @staticmethod
    def _struck(payload: StrikeNote, context: ToolContext) -> "TransactWriteItemTypeDef":
        return {
            "Update": {
                "TableName": context.tables["activities"],
                "Key": {"activity_id": {"S": payload.activity_id}},
                "UpdateExpression": "SET struck_by = :key",
                "ConditionExpression": "attribute_not_exists(struck_by) AND customer_id = :customer AND invoice_id = :invoice",
                "ExpressionAttributeValues": encode(
                    {":key": context.key, ":customer": payload.customer_id, ":invoice": payload.invoice_id}
                ),
            }
        }

    @staticmethod
    def _was_last(payload: StrikeNote, context: ToolContext) -> "TransactWriteItemTypeDef":
        return {
            "Update": {
                "TableName": context.tables["customers"],
                "Key": {"customer_id": {"S": payload.customer_id}},
                "UpdateExpression": "REMOVE last_letter, last_invoice, last_note ADD version :one",
                "ConditionExpression": "last_note = :note",
                "ExpressionAttributeValues": encode({":note": payload.activity_id, ":one": 1}),
            }
        }

    def expected(self, payload: StrikeNote, use: Use) -> JsonObject:
        return {**payload.model_dump(mode="json"), "struck_by": use.key}

    def read_back(self, payload: StrikeNote, context: ReadContext) -> JsonObject | None:
        note = read_record(context, "activities", "activity_id", payload.activity_id) or {}
        return {name: note.get(name) for name in self.expected(payload, context)} if note.get("struck_by") == context.key else None


def _owed(invoice: JsonObject | None) -> JsonObject:
    """The invoice, if it is to be paid. Raises ToolFailed: it may have been paid or disputed since it was looked at."""
    if invoice is None or invoice["status"] != "unpaid" or invoice["disputed"] is not False:
        raise ToolFailed("The invoice is not unpaid and undisputed at this moment.")
    return invoice


TOOLS: Mapping[str, Tool[Any]] = {
    "receivables.list_unpaid": ListUnpaidTool(),
    "receivables.check_dispute": CheckDisputeTool(),
    "receivables.send_reminder": SendReminderTool(),
    "receivables.send_default_notice": SendDefaultNoticeTool(),
    "receivables.update_crm": UpdateCrmTool(),
    "receivables.strike_note": StrikeNoteTool(),
}
