"""What is done for somebody is drawn from them too, and from the tree that it is done in: never more than any of them has."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from remit.domain.action import Failure
from remit.domain.budget import Allowance, BudgetSpec, LimitSpec, Reservation
from remit.domain.errors import BudgetExhausted, Unavailable
from remit.domain.ledger import Kind
from remit.domain.message import Ancestor
from remit.domain.model import JsonObject
from remit.domain.warrant import Receipt
from remit.usecases.tokens import Purse
from tests.fakes.clock import FixedClock
from tests.fakes.supply import ASKED, ORDER, ROOT, SUPPLY, SupplyWorld
from tests.fakes.tokens import MemoryTokens


def world_with(tree: Allowance, coordinator: Allowance | None = None) -> SupplyWorld:
    budgets = {} if coordinator is None else {"coordinator": BudgetSpec(run=coordinator)}
    # Many are asked at once here, which two who go round in a circle never do.
    limits = SUPPLY.limits.model_copy(update={"exchanges": 100})
    return SupplyWorld(SUPPLY.model_copy(update={"tree": tree, "budgets": budgets, "limits": limits}))


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


REPORT: JsonObject = {"part_id": "P-7", "missing": 100, "vendor_id": "V-1", "lead_days": 10}
ASKED_BY = (Ancestor(run=ROOT, agent="coordinator", controller=True),)


def purse(agent: str, accounts: MemoryTokens, tree: Allowance, coordinator: Allowance | None = None) -> Purse:
    budgets = {"coordinator": BudgetSpec(run=coordinator or Allowance())}
    return Purse(agent=agent, budgets=budgets, limits=LimitSpec(), accounts=accounts, clock=FixedClock(), tree=tree)


def drawn(purse: Purse, run: str, most: int = 100, asked_by: tuple[Ancestor, ...] | None = ASKED_BY) -> tuple[Reservation, ...] | list[str]:
    """What was drawn; or the budget that does not cover it."""
    try:
        return purse.draw(run, most, asked_by)
    except BudgetExhausted as exhausted:
        return [reason.policy for reason in exhausted.reasons]


def test_tokens_are_drawn_from_the_tree_whichever_agents_model_takes_them() -> None:
    accounts, tree = MemoryTokens(), Allowance(tokens=250)
    for agent in ("diagnostic", "specialist"):
        assert not isinstance(drawn(purse(agent, accounts, tree), f"run-{agent}"), list)
    assert drawn(purse("execution", accounts, tree), "run-execution") == ["budget.tree.tokens"]
    assert drawn(purse("coordinator", accounts, tree), ROOT, asked_by=()) == ["budget.tree.tokens"]
    assert accounts.drawn == {f"tree/{ROOT}": 200}


def test_tokens_are_drawn_from_the_run_that_asked_too() -> None:
    accounts = MemoryTokens()
    child = purse("diagnostic", accounts, Allowance(tokens=1000), coordinator=Allowance(tokens=150))
    assert not isinstance(drawn(child, "run-1"), list)
    assert drawn(child, "run-2") == ["budget.run.tokens"]
    assert accounts.drawn == {f"run/{ROOT}/coordinator": 100, f"tree/{ROOT}": 100}


def test_what_a_model_did_not_take_is_there_for_the_rest_of_the_tree() -> None:
    accounts, tree = MemoryTokens(), Allowance(tokens=150)
    first = purse("diagnostic", accounts, tree)
    reserved = first.draw("run-1", 100, ASKED_BY)
    assert drawn(purse("specialist", accounts, tree), "run-2") == ["budget.tree.tokens"]
    first.settle(reserved, 20)
    assert not isinstance(drawn(purse("specialist", accounts, tree), "run-2"), list)
    assert accounts.drawn == {f"tree/{ROOT}": 120}


def test_where_nothing_says_whose_tree_it_is_no_model_is_asked() -> None:
    with pytest.raises(Unavailable):
        purse("diagnostic", MemoryTokens(), Allowance(tokens=1000)).draw("run-1", 1, None)


@pytest.mark.parametrize("afford", [0, 1, 7, 20])
def test_twenty_models_at_once_never_take_more_tokens_than_their_tree_has(afford: int) -> None:
    accounts, tree = MemoryTokens(), Allowance(tokens=afford * 100 + 99)
    purses = [purse(agent, accounts, tree) for agent in ("diagnostic", "specialist", "execution", "coordinator") for _ in range(5)]
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(drawn, purses, (f"run-{number}" for number in range(20))))
    assert sum(not isinstance(answer, list) for answer in answers) == afford
    assert accounts.drawn.get(f"tree/{ROOT}", 0) == afford * 100


def test_a_run_is_started_with_who_asked_for_it() -> None:
    world = world_with(Allowance())
    receipt = world.propose(world.begin(), "coordinator", "ask_order", ASKED)
    assert isinstance(receipt, Receipt)
    assert receipt.observed is not None
    start = receipt.observed["start"]
    assert isinstance(start, dict)
    assert start["asked_by"] == [each.model_dump() for each in ASKED_BY]


def talking(exchanges: int, repeats: int = 10) -> SupplyWorld:
    limits = LimitSpec(exchanges=exchanges, repeats=repeats)
    world = SupplyWorld(SUPPLY.model_copy(update={"tree": Allowance(), "budgets": {}, "limits": limits}))
    world.begin()
    return world


def asks(world: SupplyWorld, number: int) -> object:
    """The coordinator asks the diagnostic agent, who answers, so that it may ask again."""
    step, part = f"ask-{number}", f"P-{number}"
    answer = world.propose(ROOT, "coordinator", "ask_diagnosis", {"part_id": part}, step=step)
    if isinstance(answer, Receipt) and answer.observed is not None:
        world.propose(str(answer.observed["run"]), "diagnostic", "report_bottleneck", {**REPORT, "part_id": part})
    return answer


def test_two_agents_who_tell_each_other_the_same_kind_of_thing_are_stopped_at_the_charters_ceiling() -> None:
    world = talking(exchanges=3)
    assert all(isinstance(asks(world, number), Receipt) for number in range(3))
    assert exhausted(asks(world, 3)) == ["budget.tree.exchanges"]
    assert len([run for run, entries in world.records.ledger.items() if "lineage" in entries[0].body]) == 3


def test_what_others_say_or_another_kind_of_thing_is_counted_by_itself() -> None:
    world = talking(exchanges=1)
    assert isinstance(asks(world, 0), Receipt)
    assert isinstance(world.propose(ROOT, "coordinator", "ask_order", ASKED, step="order"), Receipt)


def test_the_two_are_counted_over_the_whole_tree_and_not_over_other_trees() -> None:
    world = talking(exchanges=1)
    child = asked(world, 1)
    confirmed: JsonObject = {"part_id": "P-7", "quantity": 1}
    assert isinstance(world.propose(child, "execution", "confirm_order", confirmed), Receipt)
    again = world.propose(child, "execution", "confirm_order", {**confirmed, "quantity": 2}, step="s-2")
    assert exhausted(again) == ["budget.tree.exchanges"]
    world.begin("run-other")
    other = world.ask("run-other", "coordinator", "ask_order", ASKED)
    assert isinstance(world.propose(other, "execution", "confirm_order", confirmed), Receipt)


def test_twenty_children_who_answer_at_once_are_counted_exactly() -> None:
    world = talking(exchanges=20)
    children = [asked(world, number) for number in range(20)]
    world.charter = world.charter.model_copy(update={"limits": LimitSpec(exchanges=7)})

    def confirm(number: int) -> object:
        return world.propose(children[number], "execution", "confirm_order", {"part_id": "P-7", "quantity": number + 1})

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(confirm, range(20)))
    assert sum(isinstance(answer, Receipt) for answer in answers) == 7
    assert {policy for answer in answers if not isinstance(answer, Receipt) for policy in exhausted(answer)} == {"budget.tree.exchanges"}
