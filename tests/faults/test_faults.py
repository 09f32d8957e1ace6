"""Whatever fails at whichever call: what was allowed is done once, what was not is not done, it stands in the ledger, and the run ends.

`make faults` plays every kind at every point; here each point is played, with one of the kinds after the other.
"""

from collections.abc import Iterator

import pytest

from tests.faults.deployment import deployed
from tests.faults.scenarios import SCENARIOS, Scenario, Stage
from tests.faults.service import Kind

_FUNCTIONS = {"gate", "executor", "approvals", "recorder"}


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with pytest.MonkeyPatch.context() as patched:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patched.setenv(name, "testing")
        patched.setenv("AWS_DEFAULT_REGION", "us-east-1")
        with deployed() as deployment:
            yield Stage(deployment)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_what_has_to_be_done_is_done_once_whatever_fails(stage: Stage, scenario: Scenario) -> None:
    faults = stage.faults(scenario)
    shifted = [fault for number, fault in enumerate(faults) if number % len(Kind) == (number // len(Kind)) % len(Kind)]
    results = [stage.play(scenario, fault) for fault in shifted]
    assert [result for result in results if not result.held] == []
    assert {fault[0] for fault in shifted} == {fault[0] for fault in faults}


def test_nothing_that_calls_aws_is_left_out_and_there_are_a_thousand_faults(stage: Stage) -> None:
    points = {scenario.name: stage.points(scenario) for scenario in SCENARIOS}
    assert {point.function for called in points.values() for point in called} == _FUNCTIONS
    assert sum(map(len, points.values())) * len(Kind) >= 1000


def test_a_fault_that_is_not_recovered_from_is_seen(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    allowed = SCENARIOS[0]
    monkeypatch.setattr("tests.faults.play.GOVERN", {"Retry": []})
    number = [str(point) for point in stage.points(allowed)].index("executor: dynamodb.TransactWriteItems")
    assert not stage.play(allowed, (number, Kind.KILLED_AFTER)).held
