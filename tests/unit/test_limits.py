"""How far a run may go and what an agent may spend, at the gate."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from remit.domain.action import ActionStatus, Failure
from remit.domain.ballot import Verdict
from remit.domain.budget import Allowance, BudgetSpec, LimitSpec, left_of
from remit.domain.ledger import Kind
from remit.domain.model import JsonObject
from remit.domain.warrant import LIFETIME, Receipt, Warrant
from remit.execution_ports import Executor
from remit.usecases.gate import Proposal, govern
from tests.fakes.gate import REFUNDS, RUN, World, make_intent, refund

DAY = "agent/support/2026-11-22"


def world(*, day: Allowance | None = None, run: Allowance | None = None, **limits: Any) -> World:  # noqa: ANN401 (fields of LimitSpec)
    budget = BudgetSpec(day=day or Allowance(), run=run or Allowance())
    return World(charter=REFUNDS.model_copy(update={"budgets": {"support": budget}, "limits": LimitSpec(**limits)}))


def answers(world: World) -> list[str]:
    """What each task was told: DONE, or an error's name."""
    return [told.error if isinstance(told, Failure) else "DONE" for _, told in world.tasks.told]


def test_an_agent_does_no_more_in_a_day_than_its_budget_of_actions() -> None:
    made = world(day=Allowance(actions=2))
    for number in range(3):
        made.propose(refund(100 + number), run=f"run-{number}")
    assert (answers(made), made.till.times) == (["DONE", "DONE", "Remit.BudgetExhausted"], 2)
    assert made.records.drawn[DAY, "actions"] == 2


def test_the_next_day_is_another_account() -> None:
    made = world(day=Allowance(actions=1))
    made.propose(refund(100), run="run-1")
    made.clock.pause(86_400)
    made.propose(refund(100), run="run-2")
    assert answers(made) == ["DONE", "DONE"]


def test_money_is_counted_by_the_amount_of_the_payload() -> None:
    made = world(day=Allowance(money={"USD": 150_00}))
    for number, amount in enumerate((100_00, 60_00, 50_00)):
        made.propose(refund(amount), run=f"run-{number}")
    assert answers(made) == ["DONE", "Remit.BudgetExhausted", "DONE"]
    assert made.records.drawn[DAY, "money/USD"] == 150_00


def test_a_budget_in_one_currency_covers_no_other() -> None:
    made = world(day=Allowance(money={"EUR": 1_000_00}))
    made.propose()
    assert (answers(made), made.till.done) == (["Remit.BudgetExhausted"], {})


def test_one_run_has_a_budget_of_its_own() -> None:
    made = world(run=Allowance(actions=1))
    for number in range(2):
        made.propose(refund(100 + number), step=f"govern-{number}")
    made.propose(refund(100), run="run-2")
    assert answers(made) == ["DONE", "Remit.BudgetExhausted", "DONE"]


def test_a_refusal_for_want_of_budget_says_whose_and_is_in_the_ledger() -> None:
    made = world(day=Allowance(actions=0))
    made.propose()
    ((_, told),) = made.tasks.told
    assert isinstance(told, Failure)
    assert told.message == "On 2026-11-22 agent 'support' has a budget of 0 actions, and this would exceed it."
    assert [reason.policy for reason in told.reasons] == ["budget.agent.actions"]
    assert made.kinds()[-1] is Kind.INTENT_REFUSED


def test_what_a_warrant_was_minted_on_stands_in_the_ledger() -> None:
    made = world(day=Allowance(actions=5, money={"USD": 500_00}))
    made.propose()
    (minted,) = [entry.body for entry in made.entries() if entry.kind is Kind.WARRANT_MINTED]
    assert minted["reserved"] == [
        {"account": DAY, "meter": "actions", "amount": 1, "limit": 5},
        {"account": DAY, "meter": "money/USD", "amount": 120_00, "limit": 500_00},
    ]


@pytest.mark.parametrize("payload", [refund(6000_00), refund("much"), refund(1200_00)], ids=["denied", "malformed", "waiting"])
def test_a_denied_or_waiting_call_burns_no_budget(payload: dict[str, Any]) -> None:
    made = world(day=Allowance(actions=1, money={"USD": 5000_00}), run=Allowance(actions=1))
    made.propose(payload)
    assert {account for account, _ in made.records.drawn} == {f"run/{RUN}"}


def test_an_approved_action_draws_on_the_day_on_which_it_is_done() -> None:
    made = world(day=Allowance(actions=1))
    made.propose(refund(1200_00))
    made.propose(refund(100), run="run-2")
    made.reply(Verdict.APPROVE)
    assert answers(made) == ["DONE", "Remit.BudgetExhausted"]
    assert made.till.times == 1


def test_an_approval_without_budget_left_closes_the_action() -> None:
    made = world(day=Allowance(actions=0))
    intent = made.propose(refund(1200_00))
    made.reply(Verdict.APPROVE)
    assert made.records.actions[intent.key].status is ActionStatus.REFUSED


def test_a_repeat_of_an_action_is_the_action_and_draws_nothing_more() -> None:
    made = world(day=Allowance(actions=1))
    for token in ("task-1", "task-2"):
        made.propose(token=token)
    assert (answers(made), made.records.drawn[DAY, "actions"]) == (["DONE", "DONE"], 1)


def test_a_run_proposes_no_more_than_its_steps_whatever_came_of_them() -> None:
    made = world(steps=2)
    for number, amount in enumerate((6000_00, 100, 200)):
        made.propose(refund(amount), step=f"govern-{number}")
    assert answers(made) == ["Remit.Denied", "DONE", "Remit.BudgetExhausted"]


def test_the_same_proposal_again_and_again_is_a_loop_and_another_one_is_not() -> None:
    made = world(repeats=2)
    for number in range(3):
        made.propose(refund(6000_00), step=f"govern-{number}")
    made.propose(refund(100), step="govern-4")
    assert answers(made) == ["Remit.Denied", "Remit.Denied", "Remit.BudgetExhausted", "DONE"]


def test_a_malformed_proposal_is_a_step_too() -> None:
    made = world(repeats=1)
    for number in range(2):
        made.propose(refund("much"), step=f"govern-{number}")
    assert answers(made) == ["Remit.InvalidPayload", "Remit.BudgetExhausted"]


def test_nothing_is_done_in_a_run_that_takes_too_long() -> None:
    made = world(seconds=3600)
    made.opened(make_intent(refund()))
    made.clock.pause(3601)
    made.propose()
    assert (answers(made), made.till.done) == (["Remit.BudgetExhausted"], {})


def test_nothing_is_done_on_an_approval_that_came_after_the_runs_deadline() -> None:
    made = world(seconds=3600)
    made.propose(refund(1200_00))
    made.clock.pause(timedelta(hours=2).total_seconds())
    made.reply(Verdict.APPROVE)
    assert (answers(made), made.till.done) == (["Remit.BudgetExhausted"], {})


def test_what_the_business_system_refused_is_given_back() -> None:
    made = world(day=Allowance(actions=1, money={"USD": 500_00}))
    made.till.refuses = "closed for the day"
    made.propose()
    assert (answers(made), {made.records.drawn[DAY, meter] for meter in ("actions", "money/USD")}) == (["Remit.OutcomeUnverified"], {0})
    made.till.refuses = None
    made.propose(run="run-2")
    assert answers(made)[1:] == ["DONE"]


def test_what_was_done_is_not_given_back_whatever_the_read_back_says() -> None:
    made = world(day=Allowance(actions=1))
    made.till.alters = {"amount": 1}
    made.propose()
    assert (answers(made), made.records.drawn[DAY, "actions"]) == (["Remit.OutcomeUnverified"], 1)


class Late(Executor):
    """An executor that is reached only once the warrant has expired."""

    def __init__(self, world: World) -> None:
        self._world, self._executor = world, world.executor

    def perform(self, warrant: Warrant, payload: JsonObject) -> Receipt:
        self._world.clock.pause(LIFETIME.total_seconds())
        return self._executor.perform(warrant, payload)


def test_a_warrant_that_was_never_used_is_taken_back_with_what_was_drawn_for_it() -> None:
    made = world(day=Allowance(actions=1))
    late = replace(made.ports, executor=Late(made))
    intent = make_intent(refund())
    made.opened(intent)
    govern(Proposal(task_token="task-1", intent=intent), late)
    assert (answers(made), made.records.drawn[DAY, "actions"], made.till.done) == (["Remit.WarrantRefused"], 0, {})
    assert (made.kinds()[-1], made.records.actions[intent.key].status) == (Kind.WARRANT_VOIDED, ActionStatus.REFUSED)


def test_of_a_hundred_intents_at_once_exactly_the_ten_pass_that_the_budget_covers() -> None:
    made = world(day=Allowance(actions=10))
    intents = [make_intent(refund(100), run=f"crowd-{number}") for number in range(100)]
    for intent in intents:
        made.opened(intent)
    ports = made.ports
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda intent: govern(Proposal(task_token=intent.run, intent=intent), ports), intents))
    assert (answers(made).count("DONE"), answers(made).count("Remit.BudgetExhausted"), made.till.times) == (10, 90, 10)


def test_what_is_left_of_a_day_is_told_by_meter_and_never_less_than_nothing() -> None:
    day = Allowance(actions=10, money={"USD": 500_00}, tokens=100)
    left = left_of("support", day, {"actions": 4, "tokens": 120, "steps": 9})
    assert [(each.meter, each.left, each.limit) for each in left] == [("actions", 6, 10), ("tokens", 0, 100), ("money/USD", 500_00, 500_00)]
