"""Ten thousand random steps on the memory in a dictionary; the same machine runs on DynamoDB under tests/conformance."""

from hypothesis import settings

from remit.usecases.facts import FactPorts
from tests.conformance.fact_machine import FactMachine
from tests.fakes.clock import FixedClock
from tests.fakes.facts import memory_facts


class InMemory(FactMachine):
    def given(self) -> tuple[FactPorts, FixedClock]:
        clock = FixedClock()
        return memory_facts(clock), clock


TestFactsInMemory = InMemory.TestCase
TestFactsInMemory.settings = settings(max_examples=200, stateful_step_count=50, deadline=None)
