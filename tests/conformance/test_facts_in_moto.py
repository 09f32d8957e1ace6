from collections.abc import Iterator

import pytest

from remit.adapters.system import SystemClock
from remit.usecases.facts import FactPorts
from tests.conformance.facts import FactsConformance
from tests.fakes.dynamodb import NAMES, moto_dynamodb
from tests.fakes.facts import dynamo_facts


class TestFactsInMoto(FactsConformance):
    @pytest.fixture
    def facts(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[FactPorts]:
        with moto_dynamodb(monkeypatch) as client:
            yield dynamo_facts(client, NAMES, SystemClock())
