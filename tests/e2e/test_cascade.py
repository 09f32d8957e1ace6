"""A fact changes while something rests on it, as deployed: found by the stream, held, and decided anew."""

import time
from collections.abc import Callable
from http import HTTPStatus

import pytest

from remit.answers import Run
from remit.cli.demo.world import Record, World
from remit.fact_client import About, FactClient
from remit.local.cloud import CloudState
from tests.e2e.bypass.identities import NAMES, Identities

pytestmark = pytest.mark.vouched("ministack")

PATIENCE_SECONDS = 60
ORDER: Record = {"order_id": "O-7100", "status": "open", "zone": "zone-Q", "version": 1}
BOOKING = {"order_id": "O-7100", "zone": "zone-Q", "carrier": "X", "cost": 900_00, "currency": "USD"}
RULE = About("logistics", "zone-Q", "carrier")


@pytest.fixture(scope="module")
def olivia(world: World) -> FactClient:
    world.seed({"logistics": {"orders": [{**ORDER}]}})
    return world.steward("olivia")


def until(world: World, run: str, seen: Callable[[Run], bool]) -> Run:
    return world.client.wait(run, PATIENCE_SECONDS, until=seen)


def kinds(run: Run) -> list[str]:
    return [entry.kind for entry in run.entries]


def test_a_question_is_asked_anew_once_its_fact_changes_and_the_old_answer_is_none(world: World, olivia: FactClient) -> None:
    olivia.state("ADD", RULE, value="Y")
    olivia.state("UPDATE", RULE, value="X")
    act = world.client.act("planner", "logistics.book_shipment", BOOKING)
    _, first = world.question(act.run)
    world.open_page(first)
    olivia.state("UPDATE", RULE, value="X", valid_from="2026-01-01T00:00:00+00:00")
    asked = until(world, act.run, lambda run: kinds(run).count("approval.mailed") > 1)
    assert [kind for kind in kinds(asked) if kind in {"approval.held", "approval.renewed"}] == ["approval.held", "approval.renewed"]
    assert world.answer(first, "approve", "I saw the older rule.").status_code == HTTPStatus.GONE
    assert "Asked anew: a fact this rests on changed" in world.open_page(first).text
    _, second = world.question(act.run)
    assert second.token != first.token
    assert world.answer(second, "approve", "I saw the rule that stands.").status_code == HTTPStatus.OK
    ended = world.ended(act.run)
    assert (ended.outcome and ended.outcome.outcome, kinds(ended).count("action.executed")) == ("DONE", 1)


def test_what_was_derived_from_a_rule_that_changed_is_shown_to_no_model(state: CloudState, world: World, olivia: FactClient) -> None:
    base, days = About("logistics", "zone-U", "carrier"), About("planner", "zone-U", "transit_days")
    rule = olivia.state("ADD", base, value="X").fact
    assert rule is not None
    olivia.state("ADD", days, value=3, derived_from=[{"id": rule.id, "version": rule.version}])
    shown = "planner:zone-U/transit_days"
    assert shown in olivia.context("planner").text
    olivia.state("UPDATE", base, value="Y")
    deadline = time.monotonic() + PATIENCE_SECONDS
    while shown in olivia.context("planner").text and time.monotonic() < deadline:
        time.sleep(0.25)
    assert shown not in olivia.context("planner").text
    olivia.state("UPDATE", days, value=3)
    assert shown in olivia.context("planner").text


def test_nothing_is_left_that_cites_a_fact_once_its_run_has_ended(state: CloudState, world: World, olivia: FactClient) -> None:
    world.seed({"logistics": {"orders": [{**ORDER, "order_id": "O-7101", "zone": "zone-S"}]}})
    olivia.state("ADD", About("logistics", "zone-S", "carrier"), value="X")
    done = world.client.act("planner", "logistics.book_shipment", {**BOOKING, "order_id": "O-7101", "zone": "zone-S", "cost": 100_00})
    assert done.outcome == "DONE"
    world.ended(done.run)
    found = (
        Identities(state)
        .admin("dynamodb")
        .query(
            TableName=NAMES.table("facts"),
            KeyConditionExpression="pk = :pk AND begins_with(sk, :sk)",
            ExpressionAttributeValues={":pk": {"S": "logistics#citations"}, ":sk": {"S": "zone-S/"}},
        )
    )
    assert found["Items"] == []
