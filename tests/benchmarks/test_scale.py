"""A company of many agents deploys: no template, dashboard or environment outgrows what AWS takes."""

import pytest

from benchmarks.scale.corpus import AGENTS_A_DOMAIN, charters
from benchmarks.scale.report import README
from benchmarks.scale.synth import MOST_BYTES, MOST_ENVIRONMENT_BYTES, MOST_RESOURCES, Synthesis, synthesise

DOMAINS = 60


@pytest.fixture(scope="module")
def done() -> Synthesis:
    """What all domains share for 600 agents, and one of their domains, which are all alike."""
    return synthesise(tuple(charters(DOMAINS * AGENTS_A_DOMAIN)), domains=1)


def test_no_function_is_told_more_by_its_environment_than_lambda_takes(done: Synthesis) -> None:
    assert done.largest("environment").environment <= MOST_ENVIRONMENT_BYTES / 2


def test_no_template_has_more_resources_or_bytes_than_cloudformation_takes(done: Synthesis) -> None:
    assert done.largest("resources").resources <= MOST_RESOURCES / 2
    assert done.largest("size").size <= MOST_BYTES / 2


def test_the_readme_has_all_limits_and_none_of_them_is_exceeded() -> None:
    table = README.read_text(encoding="utf-8").partition("|---|---:|---:|\n")[2].partition("\n\n")[0]
    measured = [[int(cell.replace(",", "")) for cell in line.split("|")[2:4]] for line in table.splitlines()]
    assert [most for _, most in measured] == [MOST_RESOURCES, MOST_BYTES, MOST_ENVIRONMENT_BYTES]
    assert [found for found, most in measured if found > most] == []
