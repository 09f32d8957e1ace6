import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from remit.cli.demo.world import World
from remit.cli.target import local_session
from remit.domain.canonical import digest
from remit.local.cloud import CloudState
from remit.names import Names

pytestmark = pytest.mark.vouched("ministack")

NAMES = Names("local")
PAYLOAD = {"account_id": "A-100", "order_id": "O-1003", "amount": 900, "currency": "USD", "reason": "late"}


def execute(state: CloudState, order: dict[str, Any]) -> dict[str, Any]:
    """Invoke the executor directly, around the gate."""
    functions = local_session(state).client("lambda", endpoint_url=state.endpoint)
    answer = functions.invoke(FunctionName=NAMES.executor("refunds", "support"), Payload=json.dumps(order).encode())
    return dict(json.loads(answer["Payload"].read()))


@pytest.fixture
def used(state: CloudState, world: World) -> dict[str, Any]:
    """A warrant that the gate minted and the executor used."""
    receipt = world.client.act("support", "refunds.issue_refund", PAYLOAD).receipt
    assert receipt
    tables = local_session(state).resource("dynamodb", endpoint_url=state.endpoint)
    item = tables.Table(NAMES.table("warrants")).get_item(Key={"id": receipt.warrant}, ConsistentRead=True)["Item"]
    return {**item}


def made_up(payload: dict[str, Any]) -> dict[str, Any]:
    """A warrant that is right in everything but that the gate did not mint it."""
    return {
        "id": digest(["made up", str(datetime.now(UTC))])[:40],
        "run": "run-made-up",
        "agent": "support",
        "tool": "refunds.issue_refund",
        "payload_digest": digest(payload),
        "expires_at": (datetime.now(UTC) + timedelta(minutes=5)).isoformat(),
    }


@pytest.mark.parametrize("order", [{}, {"payload": PAYLOAD}, {"warrant": None, "payload": PAYLOAD}], ids=["nothing", "a payload", "null"])
def test_an_executor_without_a_warrant_does_nothing(state: CloudState, world: World, order: dict[str, Any]) -> None:
    before = world.rows("refunds")
    assert execute(state, order)["receipt"] is None
    assert world.rows("refunds") == before


def test_a_warrant_that_the_gate_did_not_mint_is_refused(state: CloudState, world: World) -> None:
    before = world.rows("refunds")
    assert execute(state, {"warrant": made_up(PAYLOAD), "payload": PAYLOAD})["failure"]["error"] == "Remit.WarrantRefused"
    assert world.rows("refunds") == before


def test_a_used_warrant_pays_nothing_again(state: CloudState, world: World, used: dict[str, Any]) -> None:
    before = world.rows("refunds")
    execute(state, {"warrant": used, "payload": PAYLOAD})
    assert world.rows("refunds") == before


def test_a_warrant_does_not_cover_another_payload(state: CloudState, world: World, used: dict[str, Any]) -> None:
    before = world.rows("refunds")
    larger: dict[str, Any] = {**PAYLOAD, "amount": 90000}
    assert execute(state, {"warrant": used, "payload": larger})["failure"]["error"] == "Remit.WarrantRefused"
    forged = {**used, "payload_digest": digest(larger)}
    assert execute(state, {"warrant": forged, "payload": larger})["failure"]["error"] == "Remit.WarrantRefused"
    assert world.rows("refunds") == before
