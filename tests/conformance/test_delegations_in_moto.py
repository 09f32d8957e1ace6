from collections.abc import Iterator

import pytest

from remit.adapters.dynamodb_delegations import DynamoDelegations
from remit.adapters.dynamodb_records import DynamoRecords
from tests.conformance.delegations import DelegationsConformance, Stores
from tests.fakes.clock import FixedClock
from tests.fakes.dynamodb import NAMES, moto_dynamodb


class TestDynamoDelegations(DelegationsConformance):
    @pytest.fixture
    def stores(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stores]:
        with moto_dynamodb(monkeypatch) as client:
            yield Stores(DynamoRecords(client, NAMES, FixedClock()), DynamoDelegations(client, NAMES))
