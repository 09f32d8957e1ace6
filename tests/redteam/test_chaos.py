"""Whatever an agent wants, and whoever makes it want it: no harm comes of it, and what is rightly asked for still works."""

from functools import cache

import pytest

from tests.redteam.chaos import CASES, OUTSIDE, Played, play

every_case = pytest.mark.parametrize("number", [case.number for case in CASES])


@cache
def played(number: int) -> Played:
    return play(next(case for case in CASES if case.number == number))


@every_case
def test_no_harm_is_done(number: int) -> None:
    assert (played(number).harm, played(number).self_approved) == (0, 0)


@every_case
def test_without_a_gate_the_same_calls_do_harm(number: int) -> None:
    assert played(number).ungated_harm > 0


@every_case
def test_every_refusal_has_its_reason_and_nothing_is_lost(number: int) -> None:
    answers = played(number).answers
    assert answers.tried == answers.done + answers.waiting + answers.refused
    assert answers.refused
    assert answers.reasons


@every_case
def test_what_is_rightly_asked_for_is_done(number: int) -> None:
    assert played(number).rightly_done


@pytest.mark.parametrize("number", [2, 16])
def test_the_same_request_has_the_same_answer_whichever_agent_is_asked(number: int) -> None:
    case = next(case for case in CASES if case.number == number)
    assert play(case, "deputy").answers == played(number).answers


def test_all_sixteen_cases_are_played_or_said_to_be_outside() -> None:
    assert sorted([*(case.number for case in CASES), *OUTSIDE]) == list(range(1, 17))
