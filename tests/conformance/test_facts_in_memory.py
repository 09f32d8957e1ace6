import pytest

from remit.adapters.system import SystemClock
from remit.usecases.facts import FactPorts
from tests.conformance.fact_writers import all_are_kept, every_claim_is_kept, one_wins
from tests.conformance.facts import FactsConformance
from tests.fakes.clock import FixedClock
from tests.fakes.facts import memory_facts
from tests.fakes.memory import key


class TestMemoryFacts(FactsConformance):
    @pytest.fixture
    def facts(self) -> FactPorts:
        return memory_facts(FixedClock())


@pytest.fixture
def facts() -> FactPorts:
    return memory_facts(SystemClock())


def test_sixteen_writers_at_once_leave_every_update_and_no_gap(facts: FactPorts) -> None:
    all_are_kept(key(), 5, lambda: facts)


def test_of_sixteen_who_change_one_version_one_wins_and_the_others_are_told(facts: FactPorts) -> None:
    one_wins(key(), lambda: facts)


def test_claims_and_versions_of_sixteen_at_once_are_all_kept(facts: FactPorts) -> None:
    every_claim_is_kept(key(), lambda: facts)
