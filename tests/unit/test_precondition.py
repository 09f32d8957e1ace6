"""What a tool requires, against what a run has done."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remit.domain.errors import PreconditionRunning, PreconditionUnmet
from remit.domain.history import History, Step
from remit.domain.model import Json, JsonObject
from remit.domain.precondition import Requirement, check, equal
from tests.fakes.clock import NOON

CHECKED = Requirement(tool="dunning.check", outcome={"disputed": False}, same={"invoice": "invoice_id"}, within_seconds=600)
REMINDED_TWICE = Requirement(tool="dunning.remind", same={"invoice": "invoice"}, times=2)
NOTICE: JsonObject = {"invoice": "I-1"}


def checked(disputed: Json = False, *, invoice: str = "I-1", minutes_ago: int = 1) -> Step:
    return step("dunning.check", {"invoice_id": invoice}, {"disputed": disputed}, minutes_ago)


def reminded(invoice: str = "I-1", minutes_ago: int = 1) -> Step:
    return step("dunning.remind", {"invoice": invoice}, {}, minutes_ago)


def step(tool: str, payload: JsonObject, observed: JsonObject, minutes_ago: int) -> Step:
    done_at = NOON - timedelta(minutes=minutes_ago)
    return Step(key=f"{tool}-{minutes_ago}", tool=tool, payload=payload, done_at=done_at, observed=observed)


def running(done: Step) -> Step:
    return done.model_copy(update={"running": True, "done_at": None, "observed": {}})


def refusal(requirement: Requirement, *steps: Step) -> str:
    with pytest.raises(PreconditionUnmet) as caught:
        check([requirement], NOTICE, History(steps=steps, as_of=NOON))
    (reason,) = caught.value.reasons
    assert (reason.policy, reason.reason) == (f"requires.{requirement.tool}", caught.value.message)
    return reason.reason.rpartition("; ")[2]


def passes(*steps: Step, requirement: Requirement = CHECKED) -> bool:
    check([requirement], NOTICE, History(steps=steps, as_of=NOON))
    return True


def test_a_completed_step_with_the_outcome_for_the_same_subject_will_do() -> None:
    assert passes(checked())


def test_a_step_that_never_ran_will_not_do() -> None:
    assert refusal(CHECKED) == "in this run there is none."


def test_the_refusal_says_what_is_required() -> None:
    with pytest.raises(PreconditionUnmet) as caught:
        check([CHECKED], NOTICE, History(as_of=NOON))
    assert caught.value.message == (
        "dunning.check has to be complete before this (with disputed = false, for the same invoice, at most 600 seconds ago); "
        "in this run there is none."
    )


def test_a_step_that_says_otherwise_will_not_do() -> None:
    assert refusal(CHECKED, checked(True)) == "in this run the last one says disputed = true."


@pytest.mark.parametrize("said", [None, 0, "false", []])
def test_only_the_very_value_will_do(said: Json) -> None:
    assert refusal(CHECKED, checked(said)).startswith("in this run the last one says disputed = ")


def test_a_later_step_that_says_otherwise_takes_the_earlier_one_away() -> None:
    assert refusal(CHECKED, checked(False, minutes_ago=5), checked(True, minutes_ago=2)) == "in this run the last one says disputed = true."


def test_a_later_step_that_says_so_again_will_do() -> None:
    assert passes(checked(True, minutes_ago=5), checked(False, minutes_ago=2))


def test_a_step_for_another_subject_will_not_do() -> None:
    assert refusal(CHECKED, checked(invoice="I-2")) == "in this run there is none."


def test_a_subject_that_neither_names_is_not_the_same() -> None:
    nameless = checked().model_copy(update={"payload": {}})
    with pytest.raises(PreconditionUnmet):
        check([CHECKED], {}, History(steps=(nameless,), as_of=NOON))


def test_a_step_that_is_too_old_will_not_do() -> None:
    assert passes(checked(minutes_ago=10))
    assert refusal(CHECKED, checked(minutes_ago=11)) == "in this run there is none, and 1 too long ago."


def test_two_are_two() -> None:
    assert refusal(REMINDED_TWICE, reminded()) == "in this run there is 1."
    assert passes(reminded(minutes_ago=9), reminded(minutes_ago=2), requirement=REMINDED_TWICE)


def test_a_step_that_is_not_over_means_wait() -> None:
    with pytest.raises(PreconditionRunning, match="has begun in this run and is not over yet: wait for it"):
        passes(running(checked()))


def test_a_check_that_runs_again_means_wait_because_it_may_say_otherwise() -> None:
    with pytest.raises(PreconditionRunning):
        passes(checked(minutes_ago=5), running(checked(minutes_ago=1)))


def test_a_step_for_another_subject_is_not_waited_for() -> None:
    assert passes(checked(), running(checked(invoice="I-2", minutes_ago=2)))


def test_waiting_comes_before_refusing() -> None:
    with pytest.raises(PreconditionRunning):
        check([REMINDED_TWICE, CHECKED], NOTICE, History(steps=(running(checked()),), as_of=NOON))


SAID = st.lists(st.booleans(), max_size=8)


@given(SAID, st.integers(1, 4))
def test_it_is_met_exactly_when_the_last_so_many_all_say_so(said: list[bool], times: int) -> None:
    requirement = Requirement(tool="dunning.check", outcome={"disputed": False}, times=times)
    steps = [checked(disputed, minutes_ago=len(said) - index) for index, disputed in enumerate(said)]
    met = len(said) >= times and not any(said[-times:])
    try:
        check([requirement], NOTICE, History(steps=tuple(steps), as_of=NOON))
    except PreconditionUnmet:
        assert not met
    else:
        assert met


def test_true_is_not_one_and_nothing_equals_nothing() -> None:
    assert [equal(True, 1), equal(1, 1), equal(None, None), equal("1", 1), equal(False, False)] == [False, True, False, False, True]
