import pytest

from remit.usecases.facts import FactPorts
from tests.conformance.facts import FactsConformance
from tests.fakes.clock import FixedClock
from tests.fakes.facts import memory_facts


class TestMemoryFacts(FactsConformance):
    @pytest.fixture
    def facts(self) -> FactPorts:
        return memory_facts(FixedClock())
