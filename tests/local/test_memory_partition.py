"""The statements that the stacks give to agents and reasoners, evaluated by the local cloud's IAM over a real memory."""

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from aws_cdk import App, Environment, Stack
from botocore.exceptions import ClientError

from remit.adapters.system import SystemClock
from remit.domain.errors import Unavailable
from remit.domain.permission import MEMORY_READS
from remit.local.state import CloudState
from remit.names import Names
from remit.usecases.facts import change_fact
from stacks.arns import Arns
from stacks.constructs.memory import memory
from tests.fakes.dynamodb import make_tables
from tests.fakes.facts import dynamo_facts
from tests.fakes.memory import add, by, key, update
from tests.local.aws import Aws

pytestmark = [pytest.mark.enable_socket, pytest.mark.xdist_group("local-cloud")]

Call = Callable[[Any, str], object]


def get(partition: str) -> Call:
    return lambda client, table: client.get_item(TableName=table, Key={"pk": {"S": partition}, "sk": {"S": "zone-B/carrier"}})


def query(partition: str) -> Call:
    return lambda client, table: client.query(
        TableName=table, KeyConditionExpression="pk = :pk", ExpressionAttributeValues={":pk": {"S": partition}}
    )


def batch(*partitions: str) -> Call:
    keys = [{"pk": {"S": partition}, "sk": {"S": "zone-B/carrier"}} for partition in partitions]
    return lambda client, table: client.batch_get_item(RequestItems={table: {"Keys": keys}})


REFUSED: dict[str, Call] = {
    "another agent's namespace": query("standing"),
    "a fact of another agent's namespace": get("standing"),
    "the history of its own": query("logistics#history"),
    "the claims in its own": query("logistics#claims"),
    "the citations of its own": query("logistics#citations"),
    "a namespace whose name begins like its own": query("logistics-b"),
    "a batch, also of its own": batch("logistics"),
    "the whole table": lambda client, table: client.scan(TableName=table),
    "by PartiQL": lambda client, table: client.execute_statement(
        Statement=f"""SELECT * FROM "{table}" WHERE pk = 'logistics'"""  # noqa: S608 (a table of the test's own)
    ),
    "a fact of its own, to write": lambda client, table: client.put_item(
        TableName=table, Item={"pk": {"S": "logistics"}, "sk": {"S": "zone-B/carrier"}}
    ),
    "a fact of its own, to delete": lambda client, table: client.delete_item(
        TableName=table, Key={"pk": {"S": "logistics"}, "sk": {"S": "zone-B/carrier"}}
    ),
}


@pytest.fixture(scope="module")
def names() -> Names:
    return Names(f"memory-{uuid.uuid4().hex[:8]}")


@pytest.fixture(scope="module")
def planner(cloud: CloudState, names: Names) -> Any:  # noqa: ANN401 (a boto3 client)
    """As an agent that reads `logistics` and `told`; in both, as in another's namespace, a fact stands that has been another before."""
    aws = Aws(cloud)
    make_tables(aws.client("dynamodb"), names)
    facts = dynamo_facts(aws.client("dynamodb"), names, SystemClock())
    for namespace in ("logistics", "told", "standing"):
        change_fact(add(key(namespace=namespace), "X"), by("owner"), facts)
        change_fact(update(key(namespace=namespace), "Y"), by("owner"), facts)
    return aws.client("dynamodb", aws.user(*statements(cloud, names)))


def statements(cloud: CloudState, names: Names) -> list[dict[str, Any]]:
    """As the stacks make them."""
    stack = Stack(App(), "Stack", env=Environment(account=cloud.account_id, region=cloud.region))
    made = [stack.resolve(each.to_statement_json()) for each in memory(Arns(stack, names), ["logistics", "told"], *MEMORY_READS)]
    arn = f"arn:aws:dynamodb:{cloud.region}:{cloud.account_id}:table/{names.table('facts')}"
    return [{**statement, "Resource": arn} for statement in made if arn.partition("dynamodb")[2] in json.dumps(statement["Resource"])]


def test_what_stands_in_its_own_and_shared_namespaces_is_read(planner: Any, names: Names) -> None:  # noqa: ANN401
    facts = dynamo_facts(planner, names, SystemClock())
    for namespace in ("logistics", "told"):
        assert [statement.value for statement in facts.store.standing(namespace)] == ["Y"]
    item: Any = get("logistics")(planner, names.table("facts"))
    assert item["Item"]["version"] == {"N": "2"}


@pytest.mark.parametrize("what", REFUSED)
def test_everything_else_of_memory_is_refused(planner: Any, names: Names, what: str) -> None:  # noqa: ANN401
    with pytest.raises(ClientError, match="AccessDenied"):
        REFUSED[what](planner, names.table("facts"))


def test_a_refusal_is_an_error_of_the_store_and_never_an_empty_memory(planner: Any, names: Names) -> None:  # noqa: ANN401
    facts = dynamo_facts(planner, names, SystemClock())
    with pytest.raises(Unavailable, match="AccessDenied"):
        facts.store.standing("standing")
