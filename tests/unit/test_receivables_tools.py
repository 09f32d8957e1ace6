"""What the receivables domain's tools do to its tables and its customers, on DynamoDB and SES as moto has them."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.ses.models import ses_backends

from remit.adapters.dynamodb_items import decode, encode
from remit.charters import load_charter
from remit.domain.labels import Labels
from remit.domain.memory import Confidentiality, Integrity
from remit.domain.model import JsonObject
from remit.domain.payload import Payload
from remit.toolkit import ToolContext, ToolFailed
from tests.fakes.dynamodb import NAMES, make_table, moto_dynamodb
from tools.receivables.actions import TOOLS
from tools.receivables.payloads import CheckDispute, ListUnpaid, SendDefaultNotice, SendReminder, StrikeNote, UpdateCrm

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

CHARTER = load_charter(Path("charters/receivables.yaml"))
TABLES = {name: NAMES.business_table("receivables", name) for name in CHARTER.tables}
CUSTOMER: JsonObject = {"customer_id": "K-1", "name": "Ada Lovelace", "email": "ada@example.com", "version": 1}
INVOICE: JsonObject = {
    "invoice_id": "I-1",
    "customer_id": "K-1",
    "owed_in": "north",
    "due_on": "2026-10-01",
    "amount": 1_234_56,
    "currency": "USD",
    "status": "unpaid",
    "disputed": False,
    "default_allowed": True,
    "version": 1,
}
LABELS = Labels(integrity=Integrity.INTERNAL, confidentiality=Confidentiality.SECRET)
REMIND = SendReminder(invoice_id="I-1", passage="Perhaps our letters crossed.")


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("remit.adapters.business_mail._PAUSES", (0.0, 0.0))


@pytest.fixture
def dynamodb(monkeypatch: pytest.MonkeyPatch) -> "Iterator[DynamoDBClient]":
    with moto_dynamodb(monkeypatch) as client:
        for name, table in CHARTER.tables.items():
            make_table(client, TABLES[name], table.key, indexes=table.indexes)
        client.put_item(TableName=TABLES["invoices"], Item=encode(INVOICE))
        client.put_item(TableName=TABLES["customers"], Item=encode(CUSTOMER))
        yield client


@pytest.fixture
def context(dynamodb: "DynamoDBClient") -> ToolContext:
    ses = boto3.client("sesv2")
    ses.create_email_identity(EmailIdentity="collections@example.com")
    senders = {"collections": "collections@example.com"}
    return ToolContext(dynamodb=dynamodb, ses=ses, senders=senders, tables=TABLES, key="use-1", run="run-1", labels=LABELS)


def sent() -> list[Any]:
    return list(ses_backends[DEFAULT_ACCOUNT_ID]["us-east-1"].sent_messages)


def change(dynamodb: "DynamoDBClient", **changes: object) -> None:
    dynamodb.put_item(TableName=TABLES["invoices"], Item=encode({**INVOICE, **changes}))  # type: ignore[dict-item]


def record(context: ToolContext, table: str, key: str, value: str) -> JsonObject:
    return decode(context.dynamodb.get_item(TableName=TABLES[table], Key={key: {"S": value}}).get("Item", {}))


def outcome(name: str, payload: Payload, context: ToolContext) -> tuple[bool, JsonObject | None]:
    """Whether the read-back says what it must, and what it says."""
    tool, looking = TOOLS[name], context.reading()
    observed = tool.read_back(payload, looking)
    return tool.matches(tool.expected(payload, looking), observed), observed


class Failing:
    """SES, as it fails."""

    def __init__(self, error: BaseException) -> None:
        self._error = error

    def send_email(self, **_: object) -> object:
        raise self._error


def failing(error: BaseException, context: ToolContext) -> ToolContext:
    ses: Any = Failing(error)
    return replace(context, ses=ses)


def answer(code: str, status: int) -> ClientError:
    told: Any = {"Error": {"Code": code, "Message": "no"}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(told, "SendEmail")


def test_there_is_a_tool_for_each_of_the_charters() -> None:
    assert TOOLS.keys() == CHARTER.tools.keys()


def test_unpaid_invoices_of_the_portfolio_come_the_longest_overdue_first(context: ToolContext) -> None:
    change(context.dynamodb, invoice_id="I-2", due_on="2026-09-01")
    change(context.dynamodb, invoice_id="I-3", due_on="2026-11-01")
    change(context.dynamodb, invoice_id="I-4", owed_in="south")
    paid: JsonObject = {name: value for name, value in INVOICE.items() if name != "owed_in"}
    context.dynamodb.put_item(TableName=TABLES["invoices"], Item=encode({**paid, "invoice_id": "I-5", "status": "paid"}))
    matches, observed = outcome("receivables.list_unpaid", ListUnpaid(portfolio="north", due_before="2026-11-01"), context)
    assert observed is not None
    invoices: Any = observed["invoices"]
    assert (matches, [invoice["invoice_id"] for invoice in invoices]) == (True, ["I-2", "I-1"])


def test_a_check_sees_the_invoice_as_it_is(context: ToolContext) -> None:
    change(context.dynamodb, disputed=True)
    matches, observed = outcome("receivables.check_dispute", CheckDispute(invoice_id="I-1"), context)
    assert (matches, observed) == (True, {**INVOICE, "disputed": True})


def test_a_check_of_an_invoice_that_is_not_there_sees_nothing(context: ToolContext) -> None:
    assert outcome("receivables.check_dispute", CheckDispute(invoice_id="I-9"), context) == (False, None)


class Heard:
    """SES, as far as what it was asked."""

    def __init__(self) -> None:
        self.asked: dict[str, Any] = {}

    def send_email(self, **asked: Any) -> dict[str, str]:  # noqa: ANN401 (each parameter has a type of its own)
        self.asked = asked
        return {"MessageId": "m-1"}


def test_a_letter_says_in_its_headers_what_its_warrant_says_that_it_carries(context: ToolContext) -> None:
    heard = Heard()
    TOOLS["receivables.send_reminder"].execute(REMIND, replace(context, ses=heard))  # type: ignore[arg-type]
    headers = {header["Name"]: header["Value"] for header in heard.asked["Content"]["Simple"]["Headers"]}
    assert headers == {"X-Remit-Integrity": "internal", "X-Remit-Confidentiality": "secret"}


def test_a_reminder_is_one_mail_to_the_customer_with_the_invoices_own_figures(context: ToolContext) -> None:
    TOOLS["receivables.send_reminder"].execute(REMIND, context)
    (mail,) = sent()
    assert (mail.source, mail.destinations["ToAddresses"]) == ("collections@example.com", ["ada@example.com"])
    assert "Reminder: invoice I-1" in mail.subject
    assert all(part in mail.body for part in ("Dear Ada Lovelace", "USD 1,234.56", "2026-10-01", REMIND.passage))
    matches, observed = outcome("receivables.send_reminder", REMIND, context)
    assert observed is not None
    assert (matches, observed["status"], observed["to"], bool(observed["said"])) == (True, "sent", "ada@example.com", True)


def test_a_notice_of_default_says_so(context: ToolContext) -> None:
    notice = SendDefaultNotice(invoice_id="I-1", passage="Please call us.")
    TOOLS["receivables.send_default_notice"].execute(notice, context)
    (mail,) = sent()
    assert ("Notice of default: invoice I-1" in mail.subject, "you are now in default" in mail.body) == (True, True)
    assert outcome("receivables.send_default_notice", notice, context)[0]


def test_a_letter_that_was_written_down_before_is_not_sent_again(context: ToolContext) -> None:
    tool = TOOLS["receivables.send_reminder"]
    tool.execute(REMIND, context)
    with pytest.raises(ToolFailed):
        tool.execute(REMIND, context)
    assert len(sent()) == 1


@pytest.mark.parametrize("changes", [{"disputed": True}, {"status": "paid"}, {"disputed": "no"}])
def test_an_invoice_that_changed_since_it_was_looked_at_is_not_chased(context: ToolContext, changes: dict[str, object]) -> None:
    change(context.dynamodb, **changes)
    with pytest.raises(ToolFailed, match="not unpaid and undisputed"):
        TOOLS["receivables.send_reminder"].execute(REMIND, context)
    assert (sent(), record(context, "letters", "letter_id", "use-1")) == ([], {})


def test_a_customer_who_is_not_there_gets_no_letter(context: ToolContext) -> None:
    change(context.dynamodb, customer_id="K-9")
    with pytest.raises(ToolFailed, match="no customer K-9"):
        TOOLS["receivables.send_reminder"].execute(REMIND, context)
    assert sent() == []


@pytest.mark.parametrize(("code", "status"), [("MessageRejected", 400), ("TooManyRequestsException", 429), ("AccessDeniedException", 403)])
def test_a_letter_that_ses_refuses_was_not_sent_and_is_kept_as_refused(context: ToolContext, code: str, status: int) -> None:
    with pytest.raises(ToolFailed, match=code):
        TOOLS["receivables.send_reminder"].execute(REMIND, failing(answer(code, status), context))
    matches, observed = outcome("receivables.send_reminder", REMIND, context)
    assert observed is not None
    assert (matches, observed["status"], observed["said"]) == (False, "refused", code)


def test_a_letter_that_ses_has_no_time_for_is_sent_a_little_later_and_once(context: ToolContext, monkeypatch: pytest.MonkeyPatch) -> None:
    assert context.ses is not None
    take, busy = context.ses.send_email, iter([True, True])

    def send(**letter: Any) -> object:  # noqa: ANN401 - as boto3 is called
        if next(busy, False):
            raise answer("TooManyRequestsException", 429)
        return take(**letter)

    monkeypatch.setattr(context.ses, "send_email", send)
    TOOLS["receivables.send_reminder"].execute(REMIND, context)
    assert (len(sent()), outcome("receivables.send_reminder", REMIND, context)[0]) == (1, True)


@pytest.mark.parametrize("error", [answer("InternalFailure", 500), ReadTimeoutError(endpoint_url="ses"), KeyboardInterrupt("killed")])
def test_a_letter_that_may_or_may_not_have_been_sent_is_not_known_and_never_sent_again(context: ToolContext, error: BaseException) -> None:
    tool = TOOLS["receivables.send_reminder"]
    with pytest.raises(type(error)):
        tool.execute(REMIND, failing(error, context))
    assert outcome("receivables.send_reminder", REMIND, context) == (False, None)
    with pytest.raises(ToolFailed):
        tool.execute(REMIND, context)
    assert sent() == []


def test_an_agent_without_a_sender_sends_nothing(context: ToolContext) -> None:
    with pytest.raises(ToolFailed, match="cannot send mail"):
        TOOLS["receivables.send_reminder"].execute(REMIND, replace(context, ses=None))
    assert (sent(), record(context, "letters", "letter_id", "use-1")) == ([], {})


def test_the_customers_record_says_what_was_sent_last(context: ToolContext) -> None:
    update = UpdateCrm(customer_id="K-1", invoice_id="I-1", letter="reminder")
    TOOLS["receivables.update_crm"].execute(update, context)
    assert outcome("receivables.update_crm", update, context) == (True, update.model_dump())
    customer = record(context, "customers", "customer_id", "K-1")
    assert customer == {**CUSTOMER, "last_letter": "reminder", "last_invoice": "I-1", "last_note": "use-1", "version": 2}


NOTED, LATER = "a" * 40, "b" * 40
STRIKE = StrikeNote(activity_id=NOTED, customer_id="K-1", invoice_id="I-1", letter="reminder")
UPDATE = UpdateCrm(customer_id="K-1", invoice_id="I-1", letter="reminder")


def test_a_note_is_struck_once_and_leaves_the_customers_record_as_it_was(context: ToolContext) -> None:
    tool, undoing = TOOLS["receivables.strike_note"], replace(context, key="use-2")
    TOOLS["receivables.update_crm"].execute(UPDATE, replace(context, key=NOTED))
    assert outcome("receivables.strike_note", STRIKE, undoing) == (False, None)
    tool.execute(STRIKE, undoing)
    assert outcome("receivables.strike_note", STRIKE, undoing)[0]
    assert record(context, "customers", "customer_id", "K-1") == {**CUSTOMER, "version": 3}
    with pytest.raises(ToolFailed):
        tool.execute(STRIKE, replace(context, key="use-3"))


def test_a_later_note_stays_when_an_earlier_one_is_struck(context: ToolContext) -> None:
    TOOLS["receivables.update_crm"].execute(UPDATE, replace(context, key=NOTED))
    later = replace(context, key="use-2")
    TOOLS["receivables.update_crm"].execute(UPDATE.model_copy(update={"letter": "default_notice"}), later)
    undoing = replace(context, key="use-3")
    TOOLS["receivables.strike_note"].execute(STRIKE, undoing)
    assert outcome("receivables.strike_note", STRIKE, undoing)[0]
    assert record(context, "customers", "customer_id", "K-1")["last_letter"] == "default_notice"


@pytest.mark.parametrize("changes", [{"activity_id": LATER}, {"customer_id": "K-2"}, {"invoice_id": "I-2"}])
def test_nothing_is_struck_that_was_not_noted_so(context: ToolContext, changes: dict[str, str]) -> None:
    TOOLS["receivables.update_crm"].execute(UPDATE, replace(context, key=NOTED))
    with pytest.raises(ToolFailed):
        TOOLS["receivables.strike_note"].execute(STRIKE.model_copy(update=changes), replace(context, key="use-2"))
    assert "struck_by" not in record(context, "activities", "activity_id", NOTED)


def test_a_customer_who_is_not_there_gets_no_activity(context: ToolContext) -> None:
    with pytest.raises(ToolFailed):
        TOOLS["receivables.update_crm"].execute(UpdateCrm(customer_id="K-9", invoice_id="I-1", letter="reminder"), context)
    assert record(context, "activities", "activity_id", NOTED) == {}
