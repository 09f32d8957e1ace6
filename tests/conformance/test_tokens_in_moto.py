from collections.abc import Iterator

import pytest

from remit.adapters.dynamodb_tokens import DynamoTokens
from remit.budget_ports import TokenAccounts
from remit.domain.budget import Reservation
from remit.domain.errors import BudgetExhausted
from tests.conformance.tokens import UNTIL, TokensConformance
from tests.fakes.clock import FixedClock
from tests.fakes.dynamodb import NAMES, moto_dynamodb


class TestTokensInMoto(TokensConformance):
    @pytest.fixture
    def accounts(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[TokenAccounts]:
        with moto_dynamodb(monkeypatch) as client:
            yield DynamoTokens(client, NAMES, "support", FixedClock())


def test_agents_of_a_domain_draw_on_one_tree_and_on_days_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    tree, day = Reservation(account="tree/run-1", meter="tokens", amount=60, limit=100), "agent/{}/2026-11-22"
    with moto_dynamodb(monkeypatch) as client:
        first, second = (DynamoTokens(client, NAMES, agent, FixedClock(), "supply") for agent in ("diagnostic", "specialist"))
        first.draw([Reservation(account=day.format("diagnostic"), meter="tokens", amount=60, limit=60), tree], UNTIL)
        with pytest.raises(BudgetExhausted) as exhausted:
            second.draw([Reservation(account=day.format("specialist"), meter="tokens", amount=60, limit=60), tree], UNTIL)
        items = client.scan(TableName=NAMES.table("tokens"))["Items"]
    assert [reason.policy for reason in exhausted.value.reasons] == ["budget.tree.tokens"]
    assert {(item["agent"]["S"], item["account"]["S"]) for item in items} == {
        ("diagnostic", "agent/diagnostic/2026-11-22"),
        ("domain/supply", "tree/run-1"),
    }
