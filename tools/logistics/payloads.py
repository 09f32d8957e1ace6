"""What the logistics domain lets an agent ask for."""

from typing import Annotated, Literal

from pydantic import Field

from remit.domain.assertion import Assertion
from remit.domain.payload import Autonomous, Cents, Payload

OrderId = Annotated[str, Field(pattern=r"^O-[0-9]{1,12}$")]
Zone = Annotated[str, Field(pattern=r"^zone-[A-Z]$")]
Carrier = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9 .&-]{0,39}$")]


class BookShipment(Payload):
    """Book one carrier to take one order to its zone."""

    order_id: OrderId
    zone: Zone
    carrier: Carrier
    cost: Annotated[Cents, Autonomous(le=500_00)]
    currency: Literal["USD", "EUR"]


class AssertFact(Assertion):
    """Keep what a log says of a zone's carrier or of a customer's delivery."""
