"""A few callers at once, two and two with the same keys: no effect is lost or doubled, and every answer is one of the contract."""

import pytest

from benchmarks.load.clients import Told, load, orders
from benchmarks.load.effects import effects
from remit.cli.demo.world import World

pytestmark = pytest.mark.vouched("ministack")

# So few start at once without keeping each other from it, and all of their answers count.
CLIENTS, SECONDS, APART = 6, 5, 0


@pytest.fixture(scope="module")
def told(world: World) -> Told:
    world.seed({"refunds": orders(CLIENTS)})
    return load(world, CLIENTS, SECONDS, APART)


def test_no_answer_is_outside_of_the_contract(told: Told) -> None:
    assert told.outcomes["DONE"] >= 2
    assert told.broken == []


def test_no_effect_is_lost_or_doubled(world: World, told: Told) -> None:
    found = effects(told, world, CLIENTS)
    assert found.paid >= 1
    assert found.sound, found
