from collections.abc import Iterator

import pytest

from remit.adapters.dynamodb_tokens import DynamoTokens
from remit.budget_ports import TokenAccounts
from tests.conformance.tokens import TokensConformance
from tests.fakes.clock import FixedClock
from tests.fakes.dynamodb import NAMES, moto_dynamodb


class TestTokensInMoto(TokensConformance):
    @pytest.fixture
    def accounts(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[TokenAccounts]:
        with moto_dynamodb(monkeypatch) as client:
            yield DynamoTokens(client, NAMES, "support", FixedClock())
