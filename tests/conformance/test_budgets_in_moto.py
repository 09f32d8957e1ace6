from collections.abc import Iterator

import pytest

from remit.adapters.dynamodb_records import DynamoRecords
from remit.ports import Records
from tests.conformance.budgets import BudgetsConformance
from tests.fakes.clock import FixedClock
from tests.fakes.dynamodb import NAMES, moto_dynamodb


class TestBudgetsInMoto(BudgetsConformance):
    @pytest.fixture
    def records(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[Records]:
        with moto_dynamodb(monkeypatch) as client:
            yield DynamoRecords(client, NAMES, FixedClock())
