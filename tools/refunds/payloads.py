"""What the refunds domain lets an agent ask for."""

from typing import Annotated, Literal

from pydantic import Field

from remit.domain.payload import Autonomous, Cents, Payload, Text, UseKey

AccountId = Annotated[str, Field(pattern=r"^A-[0-9]{1,12}$")]
OrderId = Annotated[str, Field(pattern=r"^O-[0-9]{1,12}$")]
Currency = Literal["USD", "EUR"]


class IssueRefund(Payload):
    """Pay money back to the customer for one order."""

    account_id: AccountId
    order_id: OrderId
    amount: Annotated[Cents, Autonomous(le=500_00)]
    currency: Currency
    reason: Text


class OfferRefund(Payload):
    """Offer the customer a refund that is not paid yet. No money moves."""

    account_id: AccountId
    order_id: OrderId
    amount: Cents
    currency: Currency
    reason: Text


class ReverseRefund(Payload):
    """Take back a refund that was issued."""

    refund_id: UseKey
    account_id: AccountId
    order_id: OrderId
    amount: Cents
    currency: Currency


class WithdrawOffer(Payload):
    """Withdraw an offer that was made."""

    offer_id: UseKey
    account_id: AccountId
    order_id: OrderId
    amount: Cents
    currency: Currency
