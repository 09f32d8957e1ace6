"""From inside each agent's role of supply there is no way to another's tables, functions, messages or facts: IAM refuses each, by name."""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import product

import pytest
from botocore.exceptions import ClientError

from remit.charters import load_charter
from remit.cli.demo.world import World
from remit.local.cloud import CloudState
from tests.e2e.bypass.identities import NAMES, Clients, Identities
from tests.e2e.conftest import REPOSITORY

pytestmark = pytest.mark.vouched("ministack")

SUPPLY = load_charter(REPOSITORY / "charters" / "supply.yaml")
AGENTS = SUPPLY.acting_agents()
Item = dict[str, dict[str, str]]
Try = Callable[[Clients], object]
_DENIED = {"AccessDeniedException", "AccessDenied", "UnauthorizedException"}


def tables_of(agent: str) -> set[str]:
    return {permission.table for permission in SUPPLY.permissions_of(agent)}


def _key(table: str) -> Item:
    return {SUPPLY.tables[table].key: {"S": "x"}}


def attempts(agent: str) -> Iterator[tuple[str, Try]]:
    for table in sorted(set(SUPPLY.tables) - tables_of(agent)):
        name = NAMES.business_table("supply", table)
        yield f"read {table}", partial(_get, name, _key(table))
        yield f"write {table}", partial(_put, name, _key(table))
    for other, function in product(AGENTS, (NAMES.executor, NAMES.reasoner)):
        name = function("supply", other)
        yield f"invoke {name}", partial(_invoke, name)
    for table in ("ledger", "actions", "warrants", "approvals"):
        item = {key: {"S": "x"} for key in ("run", "seq", "key", "id", "pk", "sk")}
        yield f"say something by writing {table}", partial(_put, NAMES.table(table), item)
    for namespace in sorted(set(SUPPLY.namespaces) - set(SUPPLY.namespaces_of(agent))):
        yield f"read what {namespace} remembers", partial(_query, NAMES.table("facts"), "pk", namespace)
    yield "overhear a message", partial(_query, NAMES.table("ledger"), "run", "run-x")


def _get(table: str, key: Item, to: Clients) -> object:
    return to("dynamodb").get_item(TableName=table, Key=key)


def _put(table: str, item: Item, to: Clients) -> object:
    return to("dynamodb").put_item(TableName=table, Item=item)


def _invoke(function: str, to: Clients) -> object:
    return to("lambda").invoke(FunctionName=function, Payload=b"{}")


def _query(table: str, key: str, value: str, to: Clients) -> object:
    condition: dict[str, object] = {"KeyConditionExpression": "#key = :value", "ExpressionAttributeNames": {"#key": key}}
    return to("dynamodb").query(TableName=table, **condition, ExpressionAttributeValues={":value": {"S": value}})


EVERY = [(agent, what) for agent in AGENTS for what, _ in attempts(agent)]


@pytest.fixture(scope="module")
def roles(state: CloudState, world: World) -> dict[str, Clients]:
    return {agent: Identities(state).agent("supply", agent) for agent in AGENTS}


@pytest.mark.parametrize(("agent", "what"), EVERY, ids=[f"{agent}: {what}" for agent, what in EVERY])
def test_it_is_refused(roles: dict[str, Clients], agent: str, what: str) -> None:
    with pytest.raises(ClientError) as refused:
        dict(attempts(agent))[what](roles[agent])
    assert refused.value.response["Error"]["Code"] in _DENIED


@pytest.mark.parametrize("agent", AGENTS)
def test_what_is_its_own_or_shared_it_may_recall(roles: dict[str, Clients], agent: str) -> None:
    for namespace in SUPPLY.namespaces_of(agent):
        _query(NAMES.table("facts"), "pk", namespace, roles[agent])
