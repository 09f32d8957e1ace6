"""What is an agent's own of supply, or shared, it may recall. What is another's it is refused: docs/bypass.md and test_bypass.py."""

import pytest

from remit.cli.demo.world import World
from remit.local.cloud import CloudState
from tests.e2e.bypass.identities import NAMES, Identities
from tests.e2e.bypass.supply import AGENTS, SUPPLY

pytestmark = pytest.mark.vouched("ministack")


@pytest.mark.parametrize("agent", AGENTS.values())
def test_what_is_its_own_or_shared_it_may_recall(state: CloudState, world: World, agent: str) -> None:
    role = Identities(state).agent("supply", agent)
    for namespace in SUPPLY.namespaces_of(agent):
        found = role("dynamodb").query(
            TableName=NAMES.table("facts"),
            KeyConditionExpression="#pk = :namespace",
            ExpressionAttributeNames={"#pk": "pk"},
            ExpressionAttributeValues={":namespace": {"S": namespace}},
        )
        assert found["Count"] == len(found["Items"])
