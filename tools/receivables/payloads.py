"""What the receivables domain lets an agent ask for."""

from typing import Annotated, Literal

from pydantic import Field

from remit.domain.payload import Payload, UseKey

InvoiceId = Annotated[str, Field(pattern=r"^I-[0-9]{1,12}$")]
CustomerId = Annotated[str, Field(pattern=r"^K-[0-9]{1,12}$")]
Day = Annotated[str, Field(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$", description="YYYY-MM-DD")]
Passage = Annotated[str, Field(min_length=1, max_length=1500, description="A paragraph of a letter, without salutation or figures")]


class ListUnpaid(Payload):
    """List the unpaid invoices of one portfolio that were due before a day."""

    portfolio: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
    due_before: Day


class CheckDispute(Payload):
    """Look up whether one invoice is disputed or paid."""

    invoice_id: InvoiceId


class SendReminder(Payload):
    """Remind the customer of one unpaid invoice. Address and figures are the invoice's own; only the passage is free."""

    invoice_id: InvoiceId
    passage: Passage


class SendDefaultNotice(Payload):
    """Give notice of default on one unpaid invoice. Address and figures are the invoice's own; only the passage is free."""

    invoice_id: InvoiceId
    passage: Passage


class UpdateCrm(Payload):
    """Write into the customer's record that a letter about an invoice was sent."""

    customer_id: CustomerId
    invoice_id: InvoiceId
    letter: Literal["reminder", "default_notice"]


class StrikeNote(Payload):
    """Take back a note in the customer's record."""

    activity_id: UseKey
    customer_id: CustomerId
    invoice_id: InvoiceId
    letter: Literal["reminder", "default_notice"]
