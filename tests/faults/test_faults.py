"""Whatever fails at whichever call: what was allowed is done once, what was not is not done, it stands in the ledger, and the run ends.

`make faults` plays every kind of fault at every call; here it is half of the kinds at each, which is a thousand runs.
"""

from collections.abc import Iterator

import pytest

from tests.faults.deployment import deployed
from tests.faults.everything import played
from tests.faults.scenarios import SCENARIOS, Result, Stage
from tests.faults.service import Kind

_FUNCTIONS = {"gate", "executor", "approvals", "recorder", "mailbox"}


@pytest.fixture
def stage() -> Iterator[Stage]:
    with pytest.MonkeyPatch.context() as patched:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patched.setenv(name, "testing")
        patched.setenv("AWS_DEFAULT_REGION", "us-east-1")
        with deployed() as deployments:
            yield Stage(deployments)


@pytest.fixture(scope="module")
def results() -> list[Result]:
    return [result for part in played(every=2) for result in part]


def test_what_has_to_be_done_is_done_once_whatever_fails(results: list[Result]) -> None:
    assert [result for result in results if not result.held] == []


def test_every_function_that_calls_aws_fails_at_every_call_in_every_way_a_thousand_times_in_all(results: list[Result]) -> None:
    assert {result.scenario for result in results} == {scenario.name for scenario in SCENARIOS}
    assert {result.point.function for result in results if result.point} == _FUNCTIONS
    assert {result.kind for result in results} == set(Kind)
    assert len(results) >= 1000


def test_only_of_a_letter_it_can_be_unknown_whether_it_was_sent(results: list[Result]) -> None:
    assert {result.scenario for result in results if result.told} == {"letter"}


def test_a_fault_that_is_not_recovered_from_is_seen(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    allowed = SCENARIOS[0]
    monkeypatch.setattr("tests.faults.play.GOVERN", {"Retry": []})
    number = [str(point) for point in stage.points(allowed)].index("executor: dynamodb.TransactWriteItems")
    assert not stage.play(allowed, (number, Kind.KILLED_AFTER)).held
