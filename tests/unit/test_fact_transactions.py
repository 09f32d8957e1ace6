"""The adapter's transactions, failed at each of their writes, on moto."""

from collections.abc import Iterator

import pytest

from tests.conformance.fact_failures import CASES, FailingFacts, a_lost_answer_is_found_again, nothing_is_written
from tests.fakes.dynamodb import NAMES, moto_dynamodb


@pytest.fixture
def facts(monkeypatch: pytest.MonkeyPatch) -> Iterator[FailingFacts]:
    with moto_dynamodb(monkeypatch) as client:
        yield FailingFacts(client, NAMES)


@pytest.mark.parametrize(("kind", "place"), CASES)
def test_if_one_write_of_a_change_fails_none_is_made(facts: FailingFacts, kind: str, place: int) -> None:
    nothing_is_written(facts, kind, place)


def test_a_change_whose_answer_was_lost_is_done_once(facts: FailingFacts) -> None:
    a_lost_answer_is_found_again(facts)
