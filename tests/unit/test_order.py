"""The gate lets a tool act only after what it requires: here, a refund only after an offer for the same order."""

from datetime import timedelta

import pytest

from remit.domain.action import Failure
from remit.domain.ballot import Verdict
from remit.domain.charter import Charter
from remit.domain.ledger import Draft, Kind
from remit.domain.model import JsonObject
from remit.domain.policy import PolicyText
from remit.domain.precondition import Requirement
from remit.domain.warrant import Receipt
from tests.fakes.gate import REFUNDS, RUN, World, make_intent, refund

OFFER, PAY = "refunds.offer_refund", "refunds.issue_refund"
ONCE = f"""@id("once") @reason("One refund a run.")
forbid (principal, action == Remit::Action::"{PAY}", resource)
when {{ context.run.counts["{PAY}"] >= 1 && context.run.completed.contains("{OFFER}") }};"""
OFFERED = Requirement(tool=OFFER, outcome={"currency": "USD"}, same={"order_id": "order_id"}, within_seconds=600)


def requiring(tool: str, *requirements: Requirement) -> Charter:
    tools = {**REFUNDS.tools, tool: REFUNDS.tools[tool].model_copy(update={"requires": requirements})}
    return REFUNDS.model_copy(update={"tools": tools})


@pytest.fixture
def world() -> World:
    return World(charter=requiring(PAY, OFFERED))


def told(world: World) -> Failure | Receipt:
    return world.tasks.told[-1][1]


def error(world: World) -> str | None:
    last = told(world)
    return last.error if isinstance(last, Failure) else None


def test_without_the_required_step_nothing_is_decided_and_the_refusal_says_what_is_missing(world: World) -> None:
    world.propose()
    last = told(world)
    assert isinstance(last, Failure)
    assert (last.error, [reason.policy for reason in last.reasons]) == ("Remit.PreconditionUnmet", [f"requires.{OFFER}"])
    assert (world.kinds(), world.till.done) == ([Kind.INTENT_PROPOSED, Kind.INTENT_REFUSED], {})


def test_after_the_required_step_it_is_done(world: World) -> None:
    world.propose(step="offer", tool=OFFER)
    world.propose(step="pay", tool=PAY)
    assert (error(world), world.till.times) == (None, 2)


def test_the_required_step_of_another_run_does_not_count(world: World) -> None:
    world.propose(run="run-2", step="offer", tool=OFFER)
    world.propose(step="pay", tool=PAY)
    assert error(world) == "Remit.PreconditionUnmet"


def test_the_required_step_for_another_order_does_not_count(world: World) -> None:
    world.business["orders", "O-2001"] |= {"account_id": "A-100"}
    world.propose(refund(order_id="O-2001"), step="offer", tool=OFFER)
    world.propose(step="pay", tool=PAY)
    assert error(world) == "Remit.PreconditionUnmet"


def test_a_required_step_that_drifted_does_not_count(world: World) -> None:
    world.till.alters = {"amount": 1}
    world.propose(step="offer", tool=OFFER)
    world.till.alters = {}
    world.propose(step="pay", tool=PAY)
    assert error(world) == "Remit.PreconditionUnmet"


def test_a_required_step_that_is_still_running_means_wait_and_leaves_no_trace_but_the_answer() -> None:
    world = World(charter=requiring(OFFER, Requirement(tool=PAY, same={"order_id": "order_id"})))
    world.propose(refund(1200_00), step="pay", tool=PAY)
    before = world.kinds()
    world.propose(step="offer", tool=OFFER)
    assert (error(world), world.kinds()) == ("Remit.PreconditionRunning", before)
    world.reply(Verdict.APPROVE)
    world.propose(step="offer", tool=OFFER)
    assert (error(world), world.till.times) == (None, 2)


def test_a_required_step_that_was_rejected_is_not_waited_for() -> None:
    world = World(charter=requiring(OFFER, Requirement(tool=PAY)))
    world.propose(refund(1200_00), step="pay", tool=PAY)
    world.reply(Verdict.REJECT)
    world.propose(step="offer", tool=OFFER)
    assert error(world) == "Remit.PreconditionUnmet"


def test_what_has_become_too_old_while_a_human_was_asked_has_to_be_done_again(world: World) -> None:
    world.propose(step="offer", tool=OFFER)
    world.propose(refund(1200_00), step="pay", tool=PAY)
    world.clock.pause(timedelta(hours=1).total_seconds())
    world.reply(Verdict.APPROVE)
    assert (error(world), world.till.times) == ("Remit.PreconditionUnmet", 1)


def test_a_step_that_only_the_ledger_knows_is_not_believed(world: World) -> None:
    """Others may append to the ledger; only gates write actions."""
    proposed: JsonObject = {
        "key": "k",
        "step": "offer",
        "agent": "support",
        "tool": OFFER,
        "payload": refund(),
        "payload_digest": "",
        "requester": {},
    }
    verified: JsonObject = {"warrant": "k", "verification": "MATCH", "observed": refund()}
    drafts = [Draft(kind=Kind.INTENT_PROPOSED, body=proposed), Draft(kind=Kind.OUTCOME_VERIFIED, body=verified)]
    world.opened(make_intent(refund()))
    world.records.commit(RUN, [], drafts)
    world.propose(step="pay", tool=PAY)
    assert error(world) == "Remit.PreconditionUnmet"


def test_a_step_of_which_the_ledger_says_more_than_its_receipt_is_not_believed(world: World) -> None:
    world.business["orders", "O-1001"]["currency"] = "EUR"
    intent = world.propose(refund(currency="EUR"), step="offer", tool=OFFER)
    verified: JsonObject = {"warrant": intent.key, "verification": "MATCH", "observed": refund()}
    world.records.commit(RUN, [], [Draft(kind=Kind.OUTCOME_VERIFIED, body=verified)])
    world.propose(refund(currency="EUR"), step="pay", tool=PAY)
    assert error(world) == "Remit.PreconditionUnmet"


def test_nothing_rests_on_a_record_that_was_tampered_with(world: World) -> None:
    world.propose(step="offer", tool=OFFER)
    first, *others = world.records.ledger[RUN]
    world.records.ledger[RUN] = (first.model_copy(update={"body": {**first.body, "step": "other"}}), *others)
    world.propose(step="pay", tool=PAY)
    last = told(world)
    assert isinstance(last, Failure)
    assert (last.error, last.reasons[0].policy) == ("Remit.Denied", "run.record")


def test_policies_see_what_the_run_has_completed(world: World) -> None:
    world.propose(step="offer", tool=OFFER)
    world.propose(step="pay", tool=PAY)
    again = PolicyText(id="once", reason="One refund a run.", line=1, statement=ONCE)
    world.with_policies(again).propose(step="pay again", tool=PAY)
    last = told(world)
    assert isinstance(last, Failure)
    assert [reason.policy for reason in last.reasons] == ["once"]
