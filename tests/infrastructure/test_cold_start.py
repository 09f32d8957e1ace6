"""What each function weighs and what its import costs, beside boto3's: no more than its ceiling."""

from pathlib import Path

import pytest

from benchmarks.cold_start.ceilings import CEILINGS, NoCeiling, ceiling
from benchmarks.cold_start.measure import by_kind, measure, weight
from benchmarks.cold_start.report import README

ROOT = Path(__file__).resolve().parents[2]
# Every folder with a handler: a new one has no ceiling yet, and its tests fail with a sentence that says where to add it.
KINDS = sorted(path.parent.name for path in ROOT.glob("lambdas/*/handler.py"))


@pytest.fixture(scope="module")
def kinds(assets: dict[str, Path]) -> dict[str, Path]:
    return by_kind(set(assets.values()))


def test_no_ceiling_is_left_of_a_function_that_is_gone(kinds: dict[str, Path]) -> None:
    assert CEILINGS.keys() - kinds.keys() == set()


def test_a_function_without_a_ceiling_is_told_where_to_add_one() -> None:
    with pytest.raises(NoCeiling, match=r"^lambdas/newcomer has no ceiling: add one to benchmarks/cold_start/ceilings.py"):
        ceiling("newcomer")


def test_every_function_there_is_was_measured_for_the_readme() -> None:
    rows = [line.split("|")[1].strip() for line in README.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    again = "Run `make bench-cold-start`: the README tells other functions than there are."
    assert [row for row in rows if row not in {"function", "`import boto3`"}] == KINDS, again


@pytest.mark.parametrize("kind", KINDS)
def test_a_bundle_weighs_no_more_than_its_ceiling(kinds: dict[str, Path], kind: str) -> None:
    assert weight(kinds[kind]) <= ceiling(kind).megabytes


@pytest.mark.parametrize("kind", KINDS)
def test_an_import_costs_no_more_than_its_ceiling(kinds: dict[str, Path], runtime: Path, tmp_path: Path, kind: str) -> None:
    most = ceiling(kind)

    def holds() -> bool:
        found = measure(kind, kinds[kind], runtime, tmp_path, runs=2)
        return found.cpu <= most.cpu and found.peak <= most.peak

    # A busy machine makes the longer of two imports look longer than it is, so a bad measurement is made again.
    assert any(holds() for _ in range(3))
