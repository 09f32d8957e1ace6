"""A run's history, as its ledger tells it."""

from datetime import timedelta

import pytest

from remit.domain.ballot import Verdict
from remit.domain.history import History, history_of
from remit.domain.model import JsonObject
from tests.fakes.clock import NOON
from tests.fakes.gate import World, refund


def told(world: World) -> History:
    return history_of(world.entries(), world.clock.now())


def of_one_step(world: World) -> tuple[bool, bool]:
    """Whether it is running, and whether it is done."""
    (step,) = told(world).steps
    return step.running, step.done_at is not None


def test_a_run_without_entries_has_done_nothing() -> None:
    assert history_of((), NOON) == History(as_of=NOON)


def test_a_step_is_done_once_its_read_back_matched_with_what_it_saw() -> None:
    world = World()
    intent = world.propose(refund(120_00))
    (step,) = told(world).done
    assert (step.key, step.tool, step.payload, step.observed) == (intent.key, intent.tool, intent.payload, refund(120_00))
    assert told(world).counts() == {"refunds.issue_refund": 1}


def test_a_step_that_drifted_is_neither_done_nor_running() -> None:
    world = World()
    world.till.alters = {"amount": 1}
    world.propose()
    assert of_one_step(world) == (False, False)


@pytest.mark.parametrize("payload", [refund(6000_00), refund(-1)])
def test_a_step_that_was_refused_is_neither_done_nor_running(payload: JsonObject) -> None:
    world = World()
    world.propose(payload)
    assert of_one_step(world) == (False, False)


def test_a_step_is_running_while_a_human_is_asked_and_not_after_a_no() -> None:
    world = World()
    world.propose(refund(1200_00))
    assert of_one_step(world) == (True, False)
    world.reply(Verdict.REJECT)
    assert of_one_step(world) == (False, False)


def test_a_question_that_nobody_answered_in_time_is_over() -> None:
    world = World()
    world.propose(refund(1200_00))
    world.clock.pause(timedelta(hours=5).total_seconds())
    assert of_one_step(world) == (False, False)


def test_an_action_that_was_approved_and_not_read_back_is_running_however_late_it_is() -> None:
    world = World()
    world.propose(refund(1200_00))
    world.executor.lost_answers = 1
    with pytest.raises(Exception, match="lost"):
        world.reply(Verdict.APPROVE)
    world.clock.pause(timedelta(hours=5).total_seconds())
    assert of_one_step(world) == (True, False)


def test_a_step_that_was_proposed_twice_is_one_step() -> None:
    world = World()
    world.propose(token="first")
    world.propose(token="second")
    assert len(told(world).steps) == 1
