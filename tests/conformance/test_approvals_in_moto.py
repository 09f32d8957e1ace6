from collections.abc import Iterator

import pytest

from remit.adapters.dynamodb_approvals import DynamoApprovals
from remit.adapters.dynamodb_records import DynamoRecords
from tests.conformance.approvals import ApprovalsConformance, Store
from tests.fakes.clock import FixedClock
from tests.fakes.dynamodb import NAMES, moto_dynamodb


class TestApprovalsInMoto(ApprovalsConformance):
    @pytest.fixture
    def store(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
        with moto_dynamodb(monkeypatch) as client:
            yield Store(DynamoRecords(client, NAMES, FixedClock()), DynamoApprovals(client, NAMES))
