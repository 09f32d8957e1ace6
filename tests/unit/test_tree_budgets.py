"""What is done for somebody is drawn from them too, and from the tree that it is done in: never more than any of them has."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from remit.domain.action import Failure
from remit.domain.budget import Allowance, BudgetSpec
from remit.domain.ledger import Kind
from remit.domain.model import JsonObject
from remit.domain.warrant import Receipt
from tests.fakes.supply import ASKED, ORDER, ROOT, SUPPLY, SupplyWorld


def world_with(tree: Allowance, coordinator: Allowance | None = None) -> SupplyWorld:
    budgets = {} if coordinator is None else {"coordinator": BudgetSpec(run=coordinator)}
    return SupplyWorld(SUPPLY.model_copy(update={"tree": tree, "budgets": budgets}))


def order_of(total: int) -> JsonObject:
    return {**ORDER, "quantity": 1, "unit_price": total, "total": total}


def asked(world: SupplyWorld, number: int) -> str:
    return world.ask(ROOT, "coordinator", "ask_order", {**ASKED, "note": f"order {number}"}, step=f"ask-{number}")


def exhausted(answer: object) -> list[str]:
    assert isinstance(answer, Failure)
    assert answer.error == "Remit.BudgetExhausted"
    return [reason.policy for reason in answer.reasons]


def test_a_child_spends_from_the_tree() -> None:
    world = world_with(Allowance(money={"USD": 15_000}))
    world.begin()
    first, second = asked(world, 1), asked(world, 2)
    assert isinstance(world.propose(first, "execution", "place_order", order_of(10_000)), Receipt)
    assert exhausted(world.propose(second, "execution", "place_order", order_of(10_000))) == ["budget.tree.money"]
    assert isinstance(world.propose(second, "execution", "place_order", order_of(5_000), step="s-2"), Receipt)


def test_a_child_spends_from_the_run_that_asked() -> None:
    world = world_with(Allowance(), coordinator=Allowance(money={"USD": 9_999}))
    world.begin()
    assert exhausted(world.propose(asked(world, 1), "execution", "place_order", order_of(10_000))) == ["budget.run.money"]
    assert world.till.times == 0


def test_messages_are_actions_of_the_tree_so_talk_comes_to_an_end() -> None:
    world = world_with(Allowance(actions=2))
    world.begin()
    child = asked(world, 1)
    assert isinstance(world.propose(child, "execution", "confirm_order", {"part_id": "P-7", "quantity": 1}), Receipt)
    answer = world.propose(ROOT, "coordinator", "ask_diagnosis", {"part_id": "P-7"}, step="ask-2")
    assert exhausted(answer) == ["budget.tree.actions"]
    assert [entry.kind for entry in world.records.entries(ROOT)].count(Kind.MESSAGE_SENT) == 1


def test_what_is_denied_or_refused_spends_nothing() -> None:
    world = world_with(Allowance(money={"USD": 10_000}))
    world.begin()
    child = asked(world, 1)
    world.business["vendors", "V-1"] = {**world.business["vendors", "V-1"], "status": "blocked"}
    assert isinstance(world.propose(child, "execution", "place_order", order_of(10_000)), Failure)
    world.business["vendors", "V-1"] = {**world.business["vendors", "V-1"], "status": "approved"}
    assert isinstance(world.propose(child, "execution", "place_order", order_of(10_000), step="s-2"), Receipt)


@pytest.mark.parametrize("afford", [0, 1, 7, 20])
def test_twenty_children_at_once_never_overspend_their_tree(afford: int) -> None:
    world = world_with(Allowance(money={"USD": afford * 10_000 + 9_999}))
    world.begin()
    children = [asked(world, number) for number in range(20)]
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda child: world.propose(child, "execution", "place_order", order_of(10_000)), children))
    done = [answer for answer in answers if isinstance(answer, Receipt)]
    assert (len(done), world.till.times) == (afford, afford)
    assert all(exhausted(answer) == ["budget.tree.money"] for answer in answers if not isinstance(answer, Receipt))
