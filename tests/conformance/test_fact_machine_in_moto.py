"""The machine of tests/unit/test_fact_machine.py on the DynamoDB adapter, with moto behind it. Not its sixteen writers: moto copies
its tables for each transaction, and loses what another thread does meanwhile."""

from contextlib import ExitStack

import pytest
from hypothesis import settings

from remit.usecases.facts import FactPorts
from tests.conformance.fact_machine import FactMachine
from tests.fakes.clock import FixedClock
from tests.fakes.dynamodb import NAMES, moto_dynamodb
from tests.fakes.facts import dynamo_facts


class InMoto(FactMachine):
    def given(self) -> tuple[FactPorts, FixedClock]:
        """A DynamoDB for each game: a transaction takes longer, the more there is to copy."""
        self.stack, clock = ExitStack(), FixedClock()
        patch = self.stack.enter_context(pytest.MonkeyPatch.context())
        return dynamo_facts(self.stack.enter_context(moto_dynamodb(patch)), NAMES, clock), clock

    def teardown(self) -> None:
        with self.stack:
            super().teardown()


TestFactsInMoto = InMoto.TestCase
TestFactsInMoto.settings = settings(max_examples=20, stateful_step_count=50, deadline=None)
