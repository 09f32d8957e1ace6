from collections.abc import Iterator

import pytest

from remit.cli.demo.world import World
from remit.client_errors import Forbidden, Invalid, NotFound

pytestmark = pytest.mark.vouched("ministack")

PAYLOAD = {"account_id": "A-100", "order_id": "O-1003", "amount": 800, "currency": "USD", "reason": "late"}


@pytest.fixture
def stopped(world: World) -> Iterator[None]:
    world.operator.suspend("support", "it refunds too much")
    yield
    world.operator.resume("support", "mended")


@pytest.mark.usefixtures("stopped")
def test_a_suspended_agent_is_refused_at_its_next_action(world: World) -> None:
    before = world.rows("refunds")
    answer = world.client.act("support", "refunds.issue_refund", PAYLOAD)
    assert (answer.outcome, answer.error) == ("REFUSED", "Remit.AgentSuspended")
    assert world.rows("refunds") == before


def test_a_resumed_agent_acts_again(world: World) -> None:
    world.operator.suspend("support", "a look at it")
    world.operator.resume("support", "all is well")
    assert world.client.act("support", "refunds.issue_refund", PAYLOAD).outcome == "DONE"


@pytest.mark.usefixtures("stopped")
def test_the_list_says_who_stopped_it_and_why(world: World) -> None:
    (agent,) = (agent for agent in world.operator.agents() if agent.agent == "support")
    assert agent.suspended is not None
    assert (agent.suspended.reason, "remit-demo-operator" in agent.suspended.by) == ("it refunds too much", True)


def test_a_caller_may_not_stop_an_agent(world: World) -> None:
    with pytest.raises(Forbidden):
        world.client.suspend("support", "I am only a caller")


def test_only_a_known_agent_is_stopped_and_only_once(world: World) -> None:
    with pytest.raises(NotFound):
        world.operator.suspend("stranger", "who is it")
    with pytest.raises(Invalid):
        world.operator.resume("support", "it was never stopped")
