import pytest

from remit.budget_ports import TokenAccounts
from tests.conformance.tokens import TokensConformance
from tests.fakes.tokens import MemoryTokens


class TestTokensInMemory(TokensConformance):
    @pytest.fixture
    def accounts(self) -> TokenAccounts:
        return MemoryTokens()
