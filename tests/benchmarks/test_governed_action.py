"""The benchmark of governed actions times whole ones: done once, read back, recorded in chains that hold."""

import pytest

from benchmarks.governed_action.report import README, SIZES
from benchmarks.governed_action.subject import warmed


@pytest.mark.parametrize("rules", [1, 100])
def test_every_action_that_is_timed_is_done_and_recorded(rules: int) -> None:
    subject, calls = warmed(rules, actions=3, warm=1)
    for call in calls:
        call()
    subject.check()


def test_an_action_that_is_not_done_is_seen() -> None:
    subject, calls = warmed(1, actions=2, warm=1)
    calls[0]()
    with pytest.raises(KeyError):
        subject.check()


def test_the_readme_has_a_line_for_each_size() -> None:
    written = README.read_text(encoding="utf-8")
    assert [size for size in SIZES if f"\n| {size:,} |" not in written] == []
