"""Whatever a role of the deployment may call, the price table says what it costs, or that it is free."""

from remit.prices import list_prices
from tests.infrastructure.templates import deployment

PRICES = list_prices()


def test_every_action_that_a_role_may_take_has_a_price_or_is_said_to_be_free() -> None:
    allowed = {grant.partition(" on ")[0] for found in deployment("prod").grants_by_role("Allow").values() for grant in found}
    assert len(allowed) > 40
    assert allowed - PRICES.actions.keys() == set()


def test_no_price_is_for_what_nobody_calls() -> None:
    charged = {name for name in PRICES.actions.values() if name is not None}
    assert charged - {"tokens"} <= PRICES.calls.keys()
    assert PRICES.calls.keys() <= charged | {name for calls in PRICES.entries.values() for name in calls}
