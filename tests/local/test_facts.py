"""Memory on the local cloud's DynamoDB: what every store must do, random steps, and sixteen writers at once."""

import uuid

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from remit.adapters.system import SystemClock
from remit.local.state import CloudState
from remit.names import Names
from remit.ports import Clock
from remit.usecases.facts import FactPorts
from tests.conformance.fact_failures import CASES, FailingFacts, a_lost_answer_is_found_again, nothing_is_written
from tests.conformance.fact_machine import FactMachine
from tests.conformance.fact_writers import all_are_kept, every_claim_is_kept, one_wins
from tests.conformance.facts import FactsConformance
from tests.fakes.clock import FixedClock
from tests.fakes.dynamodb import make_tables
from tests.fakes.facts import dynamo_facts
from tests.fakes.memory import key
from tests.local.aws import Aws

pytestmark = [pytest.mark.enable_socket, pytest.mark.xdist_group("local-cloud")]


@pytest.fixture(scope="module")
def names() -> Names:
    return Names(f"facts-{uuid.uuid4().hex[:8]}")


@pytest.fixture(scope="module")
def tables(cloud: CloudState, names: Names) -> Aws:
    aws = Aws(cloud)
    make_tables(aws.client("dynamodb"), names)
    return aws


class TestFactsOnTheLocalCloud(FactsConformance):
    @pytest.fixture
    def facts(self, connect: "Connections") -> FactPorts:
        return connect()


class Connections:
    """A connection of each writer's own, to one store."""

    def __init__(self, aws: Aws, names: Names) -> None:
        self._aws, self._names = aws, names

    def __call__(self) -> FactPorts:
        return self.at(SystemClock())

    def at(self, clock: Clock) -> FactPorts:
        """By a clock of the test's own."""
        return dynamo_facts(self._aws.client("dynamodb"), self._names, clock)


@pytest.fixture
def connect(tables: Aws, names: Names) -> Connections:
    return Connections(tables, names)


def test_sixteen_writers_at_once_leave_every_update_and_no_gap(connect: Connections) -> None:
    all_are_kept(key("crowded"), 3, connect)


def test_of_sixteen_who_change_one_version_one_wins_and_the_others_are_told(connect: Connections) -> None:
    one_wins(key("contested"), connect)


def test_claims_and_versions_of_sixteen_at_once_are_all_kept(connect: Connections) -> None:
    every_claim_is_kept(key("disputed"), connect)


def test_random_steps_agree_with_the_model(connect: Connections) -> None:
    class OnTheLocalCloud(FactMachine):
        def given(self) -> tuple[FactPorts, FixedClock]:
            clock = FixedClock()
            return connect.at(clock), clock

    few = settings(max_examples=20, stateful_step_count=50, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(OnTheLocalCloud, settings=few)


@pytest.fixture
def failing(tables: Aws, names: Names) -> FailingFacts:
    return FailingFacts(tables.client("dynamodb"), names)


@pytest.mark.parametrize(("kind", "place"), CASES)
def test_if_one_write_of_a_change_fails_none_is_made(failing: FailingFacts, kind: str, place: int) -> None:
    nothing_is_written(failing, kind, place)


def test_a_change_whose_answer_was_lost_is_done_once(failing: FailingFacts) -> None:
    a_lost_answer_is_found_again(failing)
