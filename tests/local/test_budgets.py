"""Budgets on the local cloud's DynamoDB, drawn from by many at once over connections of their own."""

import uuid

import pytest

from remit.adapters.dynamodb_records import DynamoRecords
from remit.adapters.system import SystemClock
from remit.local.state import CloudState
from remit.names import Names
from remit.record_ports import Records
from tests.conformance.budgets import BudgetsConformance
from tests.fakes.dynamodb import make_tables
from tests.local.aws import Aws

pytestmark = [pytest.mark.enable_socket, pytest.mark.xdist_group("local-cloud")]


@pytest.fixture(scope="module")
def store(cloud: CloudState) -> Records:
    aws, names = Aws(cloud), Names(f"budgets-{uuid.uuid4().hex[:8]}")
    make_tables(aws.client("dynamodb"), names)
    return DynamoRecords(aws.client("dynamodb"), names, SystemClock())


class TestBudgetsOnTheLocalCloud(BudgetsConformance):
    @pytest.fixture
    def records(self, store: Records) -> Records:
        return store
