"""A whole tree under one authority: what is large waits at its central route, and who takes the tree back takes back what waits in it."""

from typing import NamedTuple

import pytest

from remit.cli.demo.stories.supply import opened
from remit.cli.demo.world import PATIENCE_SECONDS, Question, Record, World

pytestmark = pytest.mark.vouched("ministack")

PATIENCE = 240.0
# A hundred are missing, at $200.00 each.
PART = "P-90"
STOCK: Record = {"part_id": PART, "in_stock": 20, "on_order": 0, "needed": 120, "missing": 100, "order_up_to": 500, "version": 1}
OFFER: Record = {
    "offer_id": f"{PART}/V-1",
    "part_id": PART,
    "vendor_id": "V-1",
    "unit_price": 200_00,
    "currency": "USD",
    "text": "Ten days.",
}
LEAD: Record = {"lead_id": f"{PART}/V-1", "part_id": PART, "vendor_id": "V-1", "lead_days": 10}


class Tree(NamedTuple):
    """A run, the last that it asked for, and what a human is asked about that one."""

    root: str
    child: str
    question: Question


@pytest.fixture
def tree(world: World) -> Tree:
    """One in which the execution agent has to ask: nobody may order for $20,000.00 alone."""
    world.seed({"supply": {"stock": [STOCK], "offers": [OFFER], "lead-times": [LEAD]}})
    root = world.client.start_run("supply", {"part_id": PART}).run
    asked = world.client.wait(root, PATIENCE, until=lambda seen: seen.ended or len(opened(seen)) == 3)
    child = opened(asked)[-1]
    world.client.wait(child, PATIENCE, until=lambda seen: seen.ended or seen.question is not None)
    return Tree(root, child, world.question(child)[1])


def orders(world: World, run: str) -> list[int]:
    return [int(row["total"]) for row in world.rows("orders", "supply").values() if row["run"] == run]


def test_a_large_order_waits_for_the_central_route_and_the_whole_tree_waits_with_it(world: World, tree: Tree) -> None:
    waiting = world.client.run(tree.child)
    assert waiting.question is not None
    reasons = {reason["policy"] for reason in waiting.question["reasons"]}
    assert (waiting.question["route"], tree.question.mail.to) == ("procurement", ("procurement@example.com",))
    assert {"supply.large-order", "autonomy.total"} <= reasons
    assert (world.client.run(tree.root).status, orders(world, tree.child)) == ("RUNNING", [])
    world.answer(tree.question, "approve", "We need them.")
    ended = world.client.wait(tree.root, PATIENCE)
    assert ended.outcome is not None
    assert (ended.outcome.outcome, orders(world, tree.child)) == ("DONE", [20_000_00])


def test_who_takes_the_tree_back_takes_back_what_waits_in_it(world: World, tree: Tree) -> None:
    world.open_page(tree.question)
    world.client.withdraw(tree.root)
    for run, workflow in ((tree.root, "supply"), (tree.child, "supply-order")):
        assert world.ended(run).act.error == "Remit.Withdrawn"
        assert world.execution_status(workflow, run) == "ABORTED"
    world.client.wait(tree.child, PATIENCE_SECONDS, until=lambda run: any(e.kind == "approval.withdrawn" for e in run.entries))
    before = world.client.run(tree.child).entries
    world.answer(tree.question, "approve", "We need them.")
    assert (world.client.run(tree.child).entries, orders(world, tree.child)) == (before, [])
