"""A whole tree under one authority: what is large waits at its central route, and who takes the tree back takes back what waits in it."""

import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import NamedTuple

import pytest

from remit.budget_ports import Reserve
from remit.cli.demo.stories.supply import opened
from remit.cli.demo.world import PATIENCE_SECONDS, Question, Record, World
from remit.cli.target import LOCAL_STAGE, local_session
from remit.domain.budget import Reservation
from remit.local.cloud import CloudState
from remit.local.processes import wait_until
from remit.names import Names
from tests.e2e.test_stories import remit
from tests.e2e.test_timers import Time, mailed
from tests.fakes.stored_supply import StoredWorld
from tests.fakes.supply import ORDER, REQUESTER, SUPPLY

pytestmark = pytest.mark.vouched("ministack")

PATIENCE = 240.0
FIRST, SECOND = [("procurement@example.com",)], [("head-of-procurement@example.com",)]
# Each orders for as much as needs nobody's approval.
CHILDREN, COVERED, TOTAL = 20, 7, 10_000_00
# A gate for each that asks at this moment is a process here: all twenty race in tests/local/test_tree_budgets.py.
ABREAST = 4
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


class Crowd(NamedTuple):
    """A tree of which so much money is spent, and the children that ask for more of it."""

    supply: StoredWorld
    root: str
    children: list[str]
    spent: int


def asking(world: World) -> Tree:
    """A tree in which the execution agent has to ask: nobody may order for $20,000.00 alone."""
    world.seed({"supply": {"stock": [STOCK], "offers": [OFFER], "lead-times": [LEAD]}})
    root = world.client.start_run("supply", {"part_id": PART}).run
    asked = world.client.wait(root, PATIENCE, until=lambda seen: seen.ended or len(opened(seen)) == 3)
    child = opened(asked)[-1]
    world.client.wait(child, PATIENCE, until=lambda seen: seen.ended or seen.question is not None)
    return Tree(root, child, world.question(child)[1])


@pytest.fixture(scope="module")
def tree(world: World) -> Tree:
    return asking(world)


def orders(world: World, run: str) -> list[int]:
    return [int(row["total"]) for row in world.rows("orders", "supply").values() if row["run"] == run]


def test_a_large_order_waits_for_the_central_route_and_the_whole_tree_waits_with_it(world: World, tree: Tree) -> None:
    waiting = world.client.run(tree.child)
    assert waiting.question is not None
    reasons = {reason["policy"] for reason in waiting.question["reasons"]}
    assert (waiting.question["route"], tree.question.mail.to) == ("procurement", ("procurement@example.com",))
    assert {"supply.large-order", "autonomy.total"} <= reasons
    assert (world.client.run(tree.root).status, orders(world, tree.child)) == ("RUNNING", [])


def test_where_its_first_level_is_silent_the_second_is_asked_for_the_tree_and_the_first_still_may(
    state: CloudState, world: World, tree: Tree
) -> None:
    time = Time(state, tree.question)
    time.passes(7201)
    time.ticks()
    assert wait_until(lambda: mailed(world, tree.question) == [*FIRST, *SECOND], PATIENCE_SECONDS)
    escalated = [tuple(entry.body["approvers"]) for entry in world.client.run(tree.child).entries if entry.kind == "approval.escalated"]
    assert escalated == SECOND
    assert (world.client.run(tree.root).status, orders(world, tree.child)) == ("RUNNING", [])


def test_what_the_second_level_approves_is_done_and_the_whole_tree_goes_on(world: World, tree: Tree) -> None:
    _, second = world.question(tree.child)
    assert (second.approval, [second.mail.to]) == (tree.question.approval, SECOND)
    world.answer(second, "approve", "We need them.")
    ended = world.client.wait(tree.root, PATIENCE)
    assert ended.outcome is not None
    assert (ended.outcome.outcome, orders(world, tree.child)) == ("DONE", [20_000_00])


def test_the_whole_tree_is_told_from_any_run_in_it(state: CloudState, world: World, tree: Tree) -> None:
    told = remit(state, world, "trace", "--tree", tree.child)
    assert (told.returncode, told.stderr) == (0, "")
    runs = [tree.root, *opened(world.client.run(tree.root))]
    assert [run for run in runs if run not in told.stdout] == []
    written = remit(state, world, "trace", "--tree", tree.root, "--json")
    assert sorted(run["run"] for run in json.loads(written.stdout)["runs"]) == sorted(runs)


def test_stopping_whoever_asked_stops_the_tree_though_a_human_has_approved(world: World) -> None:
    tree = asking(world)
    world.operator.suspend("coordinator", "It asks for too much.")
    try:
        world.answer(tree.question, "approve", "We need them.")
        assert world.ended(tree.child).act.error == "Remit.AgentSuspended"
        assert world.client.wait(tree.root, PATIENCE).act.error == "Remit.AgentSuspended"
    finally:
        world.operator.resume("coordinator", "All is well.")
    assert orders(world, tree.child) == []


def test_who_takes_the_tree_back_takes_back_what_waits_in_it(world: World) -> None:
    tree = asking(world)
    world.open_page(tree.question)
    world.client.withdraw(tree.root)
    for run, workflow in ((tree.root, "supply"), (tree.child, "supply-order")):
        assert world.ended(run).act.error == "Remit.Withdrawn"
        assert world.execution_status(workflow, run) == "ABORTED"
    world.client.wait(tree.child, PATIENCE_SECONDS, until=lambda run: any(e.kind == "approval.withdrawn" for e in run.entries))
    before = world.client.run(tree.child).entries
    world.answer(tree.question, "approve", "We need them.")
    assert (world.client.run(tree.child).entries, orders(world, tree.child)) == (before, [])


@pytest.fixture
def crowd(state: CloudState) -> Crowd:
    """Twenty that were asked to order, in a tree that has spent so much by then that it covers seven of them."""
    dynamodb = local_session(state).client("dynamodb", endpoint_url=state.endpoint)
    # Many are asked here, which two who go round in a circle never do.
    limits = SUPPLY.limits.model_copy(update={"exchanges": CHILDREN})
    supply = StoredWorld(SUPPLY.model_copy(update={"limits": limits}), dynamodb, Names(LOCAL_STAGE))
    root, limit = supply.begin(f"run-{uuid.uuid4().hex}"), SUPPLY.tree.money["USD"]
    children = supply.children(root, CHILDREN)
    spent = Reservation(account=f"tree/{root}", meter="money/USD", amount=limit - COVERED * TOTAL - (TOTAL - 1), limit=limit)
    supply.ports.records.commit(root, [Reserve(reservation=spent, keep_until=datetime.now(UTC) + timedelta(days=1))], [])
    return Crowd(supply, root, children, spent.amount)


def ordered(world: World, child: str) -> list[str]:
    """The errors of the task by which the child asks the deployed gate."""
    payload = {**ORDER, "quantity": 1, "unit_price": TOTAL, "total": TOTAL}
    asked = {"agent": "execution", "intent": {"tool": "supply.place_order", "payload": payload}}
    caller = {"requester": REQUESTER.model_dump(), "delegator": None}
    execution = world.start_by_hand("supply-action", {"run": child, **caller, **asked})
    return world.execution_errors("supply-action", execution)


def test_twenty_children_never_overspend_their_tree(world: World, crowd: Crowd) -> None:
    with ThreadPoolExecutor(ABREAST) as pool:
        errors = list(pool.map(partial(ordered, world), crowd.children))
    done = [child for child in crowd.children if orders(world, child) == [TOTAL]]
    assert (len(done), sum(not each for each in errors)) == (COVERED, COVERED), errors
    assert {each[-1] for each in errors if each} == {"Remit.BudgetExhausted"}
    assert crowd.supply.drawn(crowd.root)["money/USD"] == crowd.spent + COVERED * TOTAL
