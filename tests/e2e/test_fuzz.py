"""Made-up requests to the deployed API: refused or answered, never with an error of the service, and never with an effect.

The same in every run; `make fuzz` sends more, and others each time.
"""

import pytest
import requests

from remit.cli.demo.world import World
from remit.local.cloud import CloudState
from tests.fuzz.api import Operation, operations, sendable, sweep, sweep_pages
from tests.fuzz.harm import Untouched

pytestmark = pytest.mark.vouched("ministack")

EXAMPLES = 20


@pytest.fixture(scope="module")
def untouched(state: CloudState, world: World) -> Untouched:
    assert world
    return Untouched(state)


@pytest.mark.parametrize("operation", [*operations()], ids=lambda operation: operation.label)
def test_no_request_is_answered_with_an_error_of_the_service(
    state: CloudState, world: World, untouched: Untouched, operation: Operation
) -> None:
    assert untouched
    sweep(operation, state, world, EXAMPLES, seed=1)


def test_no_page_is_answered_with_one_either(world: World, untouched: Untouched) -> None:
    assert untouched
    sweep_pages(world, 3 * EXAMPLES, seed=1)


def test_and_nothing_is_done(untouched: Untouched) -> None:
    assert untouched.changes() == []


def test_a_header_that_is_made_up_can_be_sent() -> None:
    made_up = {"it": sendable('" 0'), "that": sendable(" '"), "goes": sendable("0 \\")}
    sent = requests.Request("GET", "http://127.0.0.1", headers=made_up).prepare()
    assert sent.headers.items() >= {"it": "0", "that": "", "goes": "0"}.items()
