"""Cedar in this process, over the texts that it is given."""

import pytest

from remit.adapters.embedded_cedar import EmbeddedCedar
from tests.conformance.policy_engine import SCHEMA, EngineOf, PolicyEngineConformance


class TestEmbeddedCedar(PolicyEngineConformance):
    @pytest.fixture
    def engine_of(self) -> EngineOf:
        return lambda policies: EmbeddedCedar(policies, SCHEMA)
