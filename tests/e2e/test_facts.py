"""Memory as deployed: stated by people through the API, read by roles that IAM keeps within their namespaces."""

import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError

from remit.adapters.system import SystemClock
from remit.cli.demo.world import World
from remit.client_errors import Conflict, Forbidden, Invalid, NotFound
from remit.domain.ledger import broken_link
from remit.fact_client import About, FactClient
from remit.local.cloud import CloudState
from tests.e2e.bypass.identities import NAMES, Identities
from tests.fakes.facts import dynamo_facts

pytestmark = pytest.mark.vouched("ministack")


@pytest.fixture(scope="module")
def olivia(world: World) -> FactClient:
    return world.steward("olivia")


@pytest.fixture(scope="module")
def tom(world: World) -> FactClient:
    return world.steward("tom")


@pytest.fixture
def about() -> About:
    return About("logistics", f"zone-{uuid.uuid4().hex[:8]}", "carrier")


def test_the_owners_rule_stands_against_a_lower_authority(olivia: FactClient, tom: FactClient, about: About) -> None:
    assert olivia.state("ADD", about, value="Carrier X").result == "ADDED"
    against = tom.state("UPDATE", about, value="Carrier Y")
    assert (against.result, against.claim and against.claim.route) == ("CONFLICT", "owner")
    assert olivia.fact(about).value == "Carrier X"
    assert [claim.value for claim in olivia.conflicts("logistics") if claim.fact == olivia.fact(about).id] == ["Carrier Y"]
    assert olivia.state("UPDATE", about, value="Carrier Z", version=1).result == "UPDATED"
    assert [(each.version, each.value, each.status) for each in olivia.history(about)] == [
        (1, "Carrier X", "superseded"),
        (2, "Carrier Z", "active"),
    ]
    assert not [claim for claim in olivia.conflicts("logistics") if claim.fact == olivia.fact(about).id]


def test_what_was_known_then_is_told_later(olivia: FactClient, about: About) -> None:
    first = olivia.state("ADD", about, value="Carrier X").fact
    olivia.state("UPDATE", about, value="Carrier Y")
    assert first is not None
    assert olivia.fact(about, as_of=first.recorded_at).value == "Carrier X"


def test_the_planners_context_has_what_stands(olivia: FactClient, about: About) -> None:
    olivia.state("ADD", about, value="Carrier X")
    olivia.state("UPDATE", about, value="Carrier Y")
    shown = {fact.id: (fact.version, fact.value) for fact in olivia.context("planner").facts}
    assert shown[f"logistics:{about.subject}/carrier"] == (2, "Carrier Y")


def test_bad_input_is_refused_with_the_field(olivia: FactClient, about: About) -> None:
    with pytest.raises(Invalid) as unknown:
        olivia.state("ADD", about._replace(predicate="colour"), value="blue")
    with pytest.raises(Invalid) as wrong:
        olivia.state("ADD", about, value=7)
    with pytest.raises(Invalid) as long:
        olivia.state("ADD", about, value="x" * 256 * 1024)
    assert [refused.value.reasons[0].policy for refused in (unknown, wrong, long)] == ["predicate", "value", "value"]
    olivia.state("ADD", about, value="Carrier X")
    with pytest.raises(Conflict, match=r"the current version of .* is 1, not 5"):
        olivia.state("UPDATE", about, value="Carrier Y", version=5)
    with pytest.raises(NotFound):
        olivia.fact(about._replace(subject="zone-nowhere"))


def test_nearly_the_largest_value_is_kept_whole(olivia: FactClient, about: About) -> None:
    value = "ü" * (128 * 1024 - 1)
    olivia.state("ADD", about, value=value)
    assert olivia.fact(about).value == value
    olivia.state("DELETE", about)


def test_who_the_charter_does_not_name_states_nothing(world: World, about: About) -> None:
    with pytest.raises(Forbidden, match=r"authority: the charter logistics gives .*user/remit-nobody none"):
        world.steward("remit-nobody").state("ADD", about, value="Carrier X")


def test_who_iam_does_not_let_in_is_not_heard(world: World, about: About) -> None:
    with pytest.raises(Forbidden) as refused:
        FactClient(world.client).state("ADD", about, value="Carrier X")
    assert refused.value.code is None


def test_every_change_is_in_the_ledger_under_its_own_chain(state: CloudState, olivia: FactClient, about: About) -> None:
    olivia.state("ADD", about, value="Carrier X")
    olivia.state("DELETE", about)
    records = dynamo_facts(Identities(state).admin("dynamodb"), NAMES, SystemClock()).records
    entries = records.entries(f"fact-logistics:{about.subject}/carrier")
    assert [entry.body["result"] for entry in entries] == ["ADDED", "RETRACTED"]
    assert broken_link(entries) is None
    assert "Carrier X" not in str(entries)


@pytest.fixture(scope="module")
def roles(state: CloudState) -> dict[str, Any]:
    here = Identities(state)
    return {"reasoner": here.function("logistics-planner-reasoner")("dynamodb"), "agent": here.agent("logistics", "planner")("dynamodb")}


def query(client: Any, partition: str) -> list[dict[str, Any]]:  # noqa: ANN401 (a boto3 client)
    table = NAMES.table("facts")
    found = client.query(TableName=table, KeyConditionExpression="pk = :pk", ExpressionAttributeValues={":pk": {"S": partition}})
    return list(found["Items"])


@pytest.mark.parametrize("who", ["reasoner", "agent"])
def test_the_planners_roles_read_what_stands_and_nothing_that_stood_before(
    roles: dict[str, Any], olivia: FactClient, about: About, who: str
) -> None:
    olivia.state("ADD", about, value="superseded-carrier")
    olivia.state("UPDATE", about, value="Carrier Y")
    assert f"{about.subject}/carrier" in {item["sk"]["S"] for item in query(roles[who], "logistics")}
    assert "superseded-carrier" not in str(query(roles[who], "logistics"))
    for partition in ("logistics#history", "logistics#claims", "logistics#citations", "another"):
        with pytest.raises(ClientError, match="AccessDenied"):
            query(roles[who], partition)
