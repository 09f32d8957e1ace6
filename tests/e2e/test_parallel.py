"""Many ask at once, through the API and its machines: no more is done than the budget has left, by nothing at all."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from remit.cli.demo.world import PATIENCE_SECONDS, World
from remit.cli.target import LOCAL_STAGE, local_session
from remit.domain.budget import agent_day
from remit.names import Names

pytestmark = pytest.mark.vouched("ministack")

ASKED, LEFT, LIMIT = 40, 10, 200


@pytest.fixture
def ten_left(world: World) -> Iterator[None]:
    """Of the secretary's actions of today, and of tomorrow if that begins meanwhile."""
    now, session = datetime.now(UTC), local_session(world.state)
    table = session.resource("dynamodb", endpoint_url=world.state.endpoint).Table(Names(LOCAL_STAGE).table("budgets"))
    keys = [{"account": agent_day("secretary", day), "meter": "actions"} for day in (now, now + timedelta(days=1))]
    before = [table.get_item(Key=key).get("Item") for key in keys]
    for key in keys:
        table.put_item(Item={**key, "used": LIMIT - LEFT})
    yield
    for key, item in zip(keys, before, strict=True):
        table.put_item(Item=item or {**key, "used": 0})


@pytest.mark.usefixtures("ten_left")
def test_of_many_intents_at_once_exactly_as_many_pass_as_the_budget_has_left(world: World) -> None:
    one = {"mailbox_id": "olivia", "message_id": world.write("olivia", "Read by many")}

    def ask(_: int) -> tuple[str, str | None]:
        act = world.owner.act("secretary", "mailbox.read_message", one)
        act = world.owner.settled(act.run, PATIENCE_SECONDS) if act.outcome == "RUNNING" else act
        return act.outcome, act.error

    with ThreadPoolExecutor(ASKED) as pool:
        outcomes = Counter(pool.map(ask, range(ASKED)))
    assert outcomes == {("DONE", None): LEFT, ("REFUSED", "Remit.BudgetExhausted"): ASKED - LEFT}


def test_what_goes_beyond_the_scope_that_was_stated_is_denied_and_nobody_is_asked(world: World) -> None:
    scope = {"reach": "record", "about": {"message_id": "M-0"}}
    for tool, payload in (
        ("mailbox.disable_account", {"mailbox_id": "olivia", "why": "It has to go."}),
        ("mailbox.read_message", {"mailbox_id": "olivia", "message_id": "M-1"}),
    ):
        act = world.owner.act("secretary", tool, payload, scope=scope)
        assert (act.outcome, act.error, [reason.policy for reason in act.reasons]) == ("REFUSED", "Remit.Denied", ["request.scope"])
