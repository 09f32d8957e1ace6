"""Accounts of tokens on the local cloud: a reasoner reaches its own agent's under the statement that the stacks give it, and no others."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from aws_cdk import App, Environment, Stack
from botocore.exceptions import ClientError

from remit.adapters.dynamodb_tokens import DynamoTokens
from remit.adapters.system import SystemClock
from remit.budget_ports import TokenAccounts
from remit.domain.budget import Reservation
from remit.domain.errors import BudgetExhausted, Unavailable
from remit.local.state import CloudState
from remit.names import Names
from stacks.arns import Arns
from stacks.constructs.tokens import tokens_of
from tests.conformance.tokens import UNTIL, TokensConformance, tokens
from tests.fakes.dynamodb import make_tables
from tests.local.aws import Aws

pytestmark = [pytest.mark.enable_socket, pytest.mark.xdist_group("local-cloud")]


@pytest.fixture(scope="module")
def names() -> Names:
    return Names(f"tokens-{uuid.uuid4().hex[:8]}")


@pytest.fixture(scope="module")
def reasoner(cloud: CloudState, names: Names) -> Any:  # noqa: ANN401 (a boto3 client)
    """As the support agent's."""
    make_tables(Aws(cloud).client("dynamodb"), names)
    return reasoner_of(cloud, names, "support")


def reasoner_of(cloud: CloudState, names: Names, agent: str, *shared: str) -> Any:  # noqa: ANN401 (a boto3 client)
    aws = Aws(cloud)
    stack = Stack(App(), "Stack", env=Environment(account=cloud.account_id, region=cloud.region))
    (made,) = (stack.resolve(each.to_statement_json()) for each in tokens_of(Arns(stack, names), agent, *shared))
    arn = f"arn:aws:dynamodb:{cloud.region}:{cloud.account_id}:table/{names.table('tokens')}"
    return aws.client("dynamodb", aws.user({**made, "Resource": arn}))


class TestTokensOnTheLocalCloud(TokensConformance):
    @pytest.fixture
    def accounts(self, reasoner: Any, names: Names) -> TokenAccounts:  # noqa: ANN401
        return DynamoTokens(reasoner, names, "support", SystemClock())


def test_another_agents_accounts_are_out_of_reach(reasoner: Any, names: Names) -> None:  # noqa: ANN401
    update = DynamoTokens(reasoner, names, "claims", SystemClock())
    with pytest.raises(Unavailable, match="AccessDenied"):
        update.draw([tokens("run-1", 1)], UNTIL)


def test_what_was_drawn_can_be_neither_put_nor_deleted(reasoner: Any, names: Names) -> None:  # noqa: ANN401
    key = {"agent": {"S": "support"}, "account": {"S": "run/run-1/support"}}
    with pytest.raises(ClientError, match="AccessDenied"):
        reasoner.put_item(TableName=names.table("tokens"), Item=key)
    with pytest.raises(ClientError, match="AccessDenied"):
        reasoner.delete_item(TableName=names.table("tokens"), Key=key)


def test_twenty_children_of_two_agents_draw_on_their_domains_trees_never_too_much_and_on_no_other_domains(
    cloud: CloudState,
    reasoner: Any,  # noqa: ANN401
    names: Names,
) -> None:
    clients = [reasoner_of(cloud, names, agent, "supply") for agent in ("diagnostic", "specialist")]
    tree = Reservation(account="tree/run-1", meter="tokens", amount=100, limit=799)

    def take(number: int) -> bool:
        try:
            DynamoTokens(clients[number % 2], names, "", SystemClock(), "supply").draw([tree], UNTIL)
        except BudgetExhausted:
            return False
        return True

    with ThreadPoolExecutor(20) as pool:
        assert sum(pool.map(take, range(20))) == 7
    with pytest.raises(Unavailable, match="AccessDenied"):
        DynamoTokens(clients[0], names, "diagnostic", SystemClock(), "refunds").draw([tree], UNTIL)
    with pytest.raises(Unavailable, match="AccessDenied"):
        DynamoTokens(reasoner, names, "support", SystemClock(), "supply").draw([tree], UNTIL)
