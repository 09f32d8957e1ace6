"""What undoes a tool has to be buildable from what the tool left behind, whatever that was."""

from pydantic import Field

from remit.domain.charter import Charter
from remit.domain.compensation import unbuildable
from remit.domain.payload import Payload
from tests.fakes.gate import PAYLOADS, REFUNDS


class Loose(Payload):
    """As OfferRefund, of which a part may be missing and a part may be anything."""

    account_id: str = "A-1"
    order_id: str = Field(pattern=r"^O-[0-9]{1,12}$")
    amount: int
    currency: str


def problems(model: type[Payload], charter: Charter = REFUNDS) -> list[str]:
    payloads = {charter.tools[name].payload: payload for name, payload in PAYLOADS.items()}
    return [problem for _, problem in unbuildable("refunds.offer_refund", charter.tools, {**payloads, "OfferRefund": model})]


def test_what_may_be_missing_or_may_not_fit_is_named() -> None:
    assert problems(Loose) == [
        "'account_id' of Loose may be missing",
        "what Loose allows as 'amount' is not always allowed as 'amount' of WithdrawOffer",
        "what Loose allows as 'currency' is not always allowed as 'currency' of WithdrawOffer",
    ]


def test_the_payloads_of_the_domain_fit() -> None:
    assert problems(PAYLOADS["refunds.offer_refund"]) == []
