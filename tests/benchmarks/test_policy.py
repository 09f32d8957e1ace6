"""The policy benchmark times what it says: right decisions, over as many policies as it names."""

import cedarpy
import pytest

from benchmarks.policy.corpus import ALLOWED, ESCALATED, SCHEMA, SIZES, intents, policies
from benchmarks.policy.report import README
from benchmarks.policy.subjects import PlainSubject, RemitSubject
from remit.domain.decision import Outcome


@pytest.mark.parametrize("size", [1, 10, 1_500])
def test_both_subjects_decide_what_is_asked_of_them(size: int) -> None:
    texts = policies(size)
    assert len(texts) == size
    asked = intents(size, ALLOWED, seed=1, count=5)
    RemitSubject(texts).calls(asked, Outcome.ALLOW)
    RemitSubject(texts).calls(intents(size, ESCALATED, seed=1, count=5), Outcome.ESCALATE)
    answers = [call() for call in PlainSubject(texts).calls(asked)]
    assert all(isinstance(answer, cedarpy.AuthzResult) and answer.allowed for answer in answers)


def test_the_policies_are_valid_against_the_schema() -> None:
    texts = policies(1_000)[-1:] + policies(1_001)[-1:]
    assert [cedarpy.validate_policies(policy.statement, SCHEMA).validation_passed for policy in texts] == [True, True]


def test_the_readme_has_a_line_for_each_size() -> None:
    written = README.read_text(encoding="utf-8")
    assert [size for size in SIZES if f"\n| {size:,} |" not in written] == []
