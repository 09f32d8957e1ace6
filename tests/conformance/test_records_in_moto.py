from collections.abc import Iterator

import pytest

from remit.adapters.dynamodb_records import DynamoRecords
from remit.record_ports import Records
from tests.conformance.records import RecordsConformance
from tests.fakes.clock import FixedClock
from tests.fakes.dynamodb import NAMES, moto_dynamodb


class TestDynamoRecords(RecordsConformance):
    @pytest.fixture
    def records(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[Records]:
        with moto_dynamodb(monkeypatch) as client:
            yield DynamoRecords(client, NAMES, FixedClock())
