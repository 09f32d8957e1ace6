"""Twenty children of one tree at once, each before a gate of its own, on the local cloud's DynamoDB."""

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from remit.domain.action import Failure
from remit.domain.budget import Allowance
from remit.domain.errors import BudgetExhausted, Unavailable
from remit.domain.model import JsonObject
from remit.domain.warrant import Receipt
from remit.local.state import CloudState
from remit.names import Names
from tests.fakes.dynamodb import make_tables
from tests.fakes.stored_supply import StoredWorld
from tests.fakes.supply import ORDER, SUPPLY
from tests.local.aws import Aws

pytestmark = [pytest.mark.enable_socket, pytest.mark.xdist_group("local-cloud")]

CHILDREN, COVERED, TOTAL = 20, 7, 10_000
# As often as the state machines do.
TRIES = 4
Answer = Receipt | Failure | None


Make = Callable[[Allowance], StoredWorld]


@pytest.fixture(scope="module")
def make_world(cloud: CloudState) -> Make:
    dynamodb, names = Aws(cloud).client("dynamodb"), Names(f"trees-{uuid.uuid4().hex[:8]}")
    make_tables(dynamodb, names)
    # Many are asked at once here, which two who go round in a circle never do.
    limits = SUPPLY.limits.model_copy(update={"exchanges": 100})
    return lambda tree: StoredWorld(SUPPLY.model_copy(update={"tree": tree, "budgets": {}, "limits": limits}), dynamodb, names)


def ordered(world: StoredWorld, child: str) -> Answer:
    """What came of the child's order, which is proposed again while the answer is that it may be."""
    payload: JsonObject = {**ORDER, "quantity": 1, "unit_price": TOTAL, "total": TOTAL}
    answers = (world.propose(child, "execution", "place_order", payload) for _ in range(TRIES))
    return next((answer for answer in answers if not (isinstance(answer, Failure) and answer.error == Unavailable.code)), None)


@pytest.mark.parametrize(
    ("tree", "meter", "spent", "why"),
    [
        (Allowance(money={"USD": COVERED * TOTAL + TOTAL - 1}), "money/USD", COVERED * TOTAL, "budget.tree.money"),
        # To ask each of them was an action too.
        (Allowance(actions=CHILDREN + COVERED), "actions", CHILDREN + COVERED, "budget.tree.actions"),
    ],
)
def test_of_twenty_children_at_once_exactly_as_many_order_as_their_tree_covers(
    make_world: Make, tree: Allowance, meter: str, spent: int, why: str
) -> None:
    world = make_world(tree)
    root = world.begin(f"run-{uuid.uuid4().hex}")
    children = world.children(root, CHILDREN)
    with ThreadPoolExecutor(CHILDREN) as pool:
        answers = list(pool.map(lambda child: ordered(world, child), children))
    refused = [answer for answer in answers if isinstance(answer, Failure)]
    assert (len(world.till.done), sum(isinstance(answer, Receipt) for answer in answers)) == (COVERED, COVERED)
    assert {(answer.error, *(reason.policy for reason in answer.reasons)) for answer in refused} == {(BudgetExhausted.code, why)}
    assert (len(refused), world.drawn(root)[meter]) == (CHILDREN - COVERED, spent)
