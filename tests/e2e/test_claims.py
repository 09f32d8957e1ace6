"""The claims agent reads a claim and drafts its assessment, each under a warrant of its own."""

from collections.abc import Callable

import pytest

from remit.adapters.dynamodb_items import decode, encode
from remit.answers import Run
from remit.cli.demo.world import World
from remit.domain.model import JsonObject
from remit.local.cloud import CloudState
from tests.e2e.bypass.identities import NAMES, Identities

pytestmark = pytest.mark.vouched("ministack")

CLAIM: JsonObject = {
    "tenant": "north",
    "claim_id": "C-7001",
    "status": "open",
    "restricted": False,
    "currency": "USD",
    "insured": 10_000_00,
    "statement": "A pipe burst in the kitchen.",
    "version": 1,
}
RESTRICTED: JsonObject = {**CLAIM, "claim_id": "C-7002", "restricted": True}


@pytest.fixture(scope="module")
def here(state: CloudState) -> Identities:
    here = Identities(state)
    for claim in (CLAIM, RESTRICTED):
        here.admin("dynamodb").put_item(TableName=NAMES.business_table("claims", "claims"), Item=encode(claim))
    return here


@pytest.fixture(scope="module")
def asked(world: World, here: Identities) -> Callable[[str], Run]:
    """A run on behalf of carol of north, to its end."""
    return lambda message: world.ended(world.ask(message, "claims", world.sign_in("carol")))


def drafts(here: Identities, claim: str) -> list[JsonObject]:
    items = here.admin("dynamodb").scan(TableName=NAMES.business_table("claims", "assessments"))["Items"]
    return [draft for draft in map(decode, items) if draft.get("claim_id") == claim]


def test_a_claim_is_read_and_then_assessed(asked: Callable[[str], Run], here: Identities) -> None:
    run = asked("Please assess claim C-7001 at $1,200.00: the kitchen floor has to be replaced.")
    assert run.outcome is not None
    assert (run.outcome.outcome, run.outcome.say) == ("DONE", "The assessment is drafted and waits for an adjuster.")
    verified = [entry.body for entry in run.entries if entry.kind == "outcome.verified"]
    assert [body["verification"] for body in verified] == ["MATCH", "MATCH"]
    assert verified[0]["observed"] == CLAIM
    assert len({entry.body["warrant"] for entry in run.entries if entry.kind == "warrant.minted"}) == 2
    assert [(draft["assessed"], draft["status"]) for draft in drafts(here, "C-7001")] == [(1_200_00, "draft")]


def test_what_a_claim_says_comes_back_to_the_model(asked: Callable[[str], Run]) -> None:
    run = asked("What does claim C-7001 say?")
    assert run.outcome is not None
    assert run.outcome.say == "The policyholder states: A pipe burst in the kitchen."


def test_an_assessment_over_the_sum_insured_is_denied_and_nothing_is_drafted(asked: Callable[[str], Run], here: Identities) -> None:
    before = drafts(here, "C-7001")
    run = asked("Please assess claim C-7001 at $12,000.00: all of it.")
    assert run.outcome is not None
    assert (run.outcome.outcome, run.outcome.say) == (
        "ANSWERED",
        "I am sorry, this cannot be done: The assessment is more than the sum insured.",
    )
    assert drafts(here, "C-7001") == before


def test_a_restricted_claim_waits_for_the_adjuster_before_it_is_even_read(world: World, here: Identities) -> None:
    answer = world.client.act("claims", "claims.read_claim", {"claim_id": "C-7002"}, on_behalf_of=world.sign_in("carol"))
    assert (answer.outcome, answer.route, answer.receipt) == ("WAITING", "adjuster", None)
