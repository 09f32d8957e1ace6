"""What the retail domain lets an agent ask for: the shop's tools, typed, with the limits of the shop's policy on the fields."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from remit.domain.payload import Payload

ConversationId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,79}$", description="The run that serves this conversation")]
UserId = Annotated[str, Field(pattern=r"^[a-z]+_[a-z]+_[0-9]{1,6}$")]
OrderId = Annotated[str, Field(pattern=r"^#W[0-9]{7}$")]
ItemId = Annotated[str, Field(pattern=r"^[0-9]{10}$")]
Items = Annotated[list[ItemId], Field(min_length=1, max_length=50)]
PaymentMethodId = Annotated[str, Field(pattern=r"^[a-z_]+_[0-9]{1,12}$")]
Line = Annotated[str, Field(min_length=1, max_length=100)]
OptionalLine = Annotated[str, Field(max_length=100)]


class CustomerPayload(Payload):
    """Every action is for one customer in one conversation."""

    conversation_id: ConversationId
    user_id: UserId


class OrderPayload(CustomerPayload):
    order_id: OrderId


class AddressFields(CustomerPayload):
    address1: Line
    address2: OptionalLine
    city: Line
    state: Line
    country: Line
    zip: Line


class SwapFields(OrderPayload):
    """Each new item takes the place of the item in the same position."""

    item_ids: Items
    new_item_ids: Items
    payment_method_id: PaymentMethodId

    @model_validator(mode="after")
    def _pairs(self) -> Self:
        if len(self.item_ids) != len(self.new_item_ids):
            raise ValueError("there are not as many new items as items")
        return self


class CancelPendingOrder(OrderPayload):
    reason: Literal["no longer needed", "ordered by mistake"]


class ModifyPendingOrderAddress(OrderPayload, AddressFields):
    pass


class ModifyPendingOrderPayment(OrderPayload):
    payment_method_id: PaymentMethodId


class ModifyPendingOrderItems(SwapFields):
    pass


class ReturnDeliveredOrderItems(OrderPayload):
    item_ids: Items
    payment_method_id: PaymentMethodId


class ExchangeDeliveredOrderItems(SwapFields):
    pass


class ModifyUserAddress(AddressFields):
    pass
