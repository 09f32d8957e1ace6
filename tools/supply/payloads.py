"""What the supply domain lets its agents ask for, and say to one another."""

from typing import Annotated, Literal

from pydantic import Field

from remit.domain.payload import Autonomous, Cents, Payload, Text

PartId = Annotated[str, Field(pattern=r"^P-[0-9]{1,12}$")]
VendorId = Annotated[str, Field(pattern=r"^V-[0-9]{1,12}$")]
OrderId = Annotated[str, Field(min_length=1, max_length=100)]
Account = Annotated[str, Field(pattern=r"^[A-Z]{2}[0-9]{2}[A-Z0-9]{8,30}$", description="IBAN without spaces")]
Quantity = Annotated[int, Field(ge=1, le=1_000_000)]
Currency = Literal["USD", "EUR"]


class AskDiagnosis(Payload):
    """Is this part about to run out?"""

    part_id: PartId


class ReportBottleneck(Payload):
    """So many are missing, and this vendor delivers soonest."""

    part_id: PartId
    missing: Quantity
    vendor_id: VendorId
    lead_days: Annotated[int, Field(ge=0, le=3_650)]


class AskDraft(Payload):
    """Write to this vendor about so many of this part."""

    part_id: PartId
    vendor_id: VendorId
    quantity: Quantity


class ProposeOrder(Payload):
    """Order so many at this price; `note` is what the vendor asks to be minded."""

    part_id: PartId
    vendor_id: VendorId
    quantity: Quantity
    unit_price: Cents
    currency: Currency
    note: Text


class AskOrder(Payload):
    """Order this."""

    part_id: PartId
    vendor_id: VendorId
    quantity: Quantity
    unit_price: Cents
    currency: Currency
    note: Text


class ConfirmOrder(Payload):
    """It is ordered and entered."""

    part_id: PartId
    quantity: Quantity


class ReadStock(Payload):
    """How many are there?"""

    part_id: PartId


class ReadLeadTimes(Payload):
    """How long does each vendor take?"""

    part_id: PartId


class ReadOffer(Payload):
    """What does this vendor offer?"""

    part_id: PartId
    vendor_id: VendorId


class DraftMessage(Payload):
    """A message to a vendor, for a person to send."""

    vendor_id: VendorId
    part_id: PartId
    text: Annotated[str, Field(min_length=1, max_length=2_000)]


class PlaceOrder(Payload):
    """Order so many of a part; `total` has to be quantity times unit price."""

    vendor_id: VendorId
    part_id: PartId
    quantity: Quantity
    unit_price: Cents
    total: Annotated[Cents, Autonomous(le=10_000_00)]
    currency: Currency


class UpdateErp(Payload):
    """Enter what was ordered."""

    part_id: PartId
    quantity: Quantity


class UpdatePayee(Payload):
    """Pay this vendor on this account from now on."""

    vendor_id: VendorId
    account: Account
