"""The memory benchmark measures what it says: in small, nothing superseded is served, and nothing unrelated retired."""

import pytest

from benchmarks.facts.corpus import changes, unrelated
from benchmarks.facts.measure import HISTORIES, context_reads, remit_retires, remit_serves
from benchmarks.facts.report import README


@pytest.fixture(autouse=True)
def _credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the benchmark sets is as it was afterwards."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL"):
        monkeypatch.setenv(name, "testing")


def test_no_superseded_value_is_served() -> None:
    served = remit_serves(subjects=20, each=10)
    assert (served.current, served.superseded) == (20, 0)


def test_nothing_unrelated_is_retired() -> None:
    assert remit_retires(100) == 0


def test_a_read_costs_what_it_reads_and_not_what_that_superseded() -> None:
    few, many = context_reads(histories=(10, 1_000), times=1)
    assert ((few.facts, few.requests), (many.facts, many.requests)) == ((50, 1), (50, 1))


def test_the_corpus_says_what_it_says_it_does() -> None:
    said = list(changes(20, 10))
    following = zip(said, said[20:], strict=False)
    assert all(one.key == after.key and one.value != after.value and one.at < after.at for one, after in following)
    assert len({one.sentence for one in said}) == len(said)
    assert len({one.key for one in unrelated(100)}) == 100


def test_the_readme_has_a_line_for_each_history() -> None:
    written = README.read_text(encoding="utf-8")
    assert [size for size in HISTORIES if f"\n| {size:,} | 50 | 1 |" not in written] == []
