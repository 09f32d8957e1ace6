"""What the gate does with one proposed action, on the real charter and policies."""

from datetime import timedelta

import pytest

from remit.domain.action import ActionStatus, Failure
from remit.domain.ballot import Verdict
from remit.domain.errors import LinkRefused, Unavailable
from remit.domain.ledger import Kind, broken_link
from remit.domain.model import JsonObject
from remit.domain.warrant import Receipt, Verification
from remit.usecases.gate import resume
from tests.fakes.gate import World, make_intent, refund
from tests.fakes.outside import BrokenMailer, Outbox


def failure(world: World) -> Failure:
    (_, told), *_ = reversed(world.tasks.told)
    assert isinstance(told, Failure)
    return told


def receipt(world: World) -> Receipt:
    (_, told), *_ = reversed(world.tasks.told)
    assert isinstance(told, Receipt)
    return told


def mails(world: World) -> int:
    assert isinstance(world.mailer, Outbox)
    return len(world.mailer.sent)


def test_an_allowed_refund_is_done_once_under_a_warrant_and_read_back() -> None:
    world = World()
    intent = world.propose(refund(120_00))
    assert receipt(world).verification is Verification.MATCH
    assert world.till.done == {intent.key: refund(120_00)}
    assert world.kinds() == [
        Kind.INTENT_PROPOSED,
        Kind.DECISION_MADE,
        Kind.WARRANT_MINTED,
        Kind.ACTION_EXECUTED,
        Kind.OUTCOME_VERIFIED,
    ]


def test_a_decision_holds_the_facts_as_it_saw_them_and_names_the_policy_set() -> None:
    world = World()
    world.propose()
    (decision,) = (entry.body for entry in world.entries() if entry.kind is Kind.DECISION_MADE)
    order: JsonObject = {"account_id": "A-100", "currency": "USD", "refundable": 900_000}
    assert decision["facts"] == [
        {"id": "accounts/A-100", "version": 3, "name": "account", "attributes": {"status": "open", "flagged": False}},
        {"id": "orders/O-1001", "version": 7, "name": "order", "attributes": order},
    ]
    assert decision["policy_set"] == world.engine.policy_set()


def test_a_refund_over_the_cap_waits_for_finance_and_nothing_is_done() -> None:
    world = World()
    world.propose(refund(1200_00))
    (approval,) = world.records.approvals.values()
    assert (approval.route, world.till.done, world.tasks.told) == ("finance", {}, [])
    assert [reason.policy for reason in approval.reasons] == ["refunds.over-autonomy", "autonomy.amount"]
    assert mails(world) == 1


def test_after_approval_the_gate_decides_again_and_pays_once() -> None:
    world = World()
    intent = world.propose(refund(1200_00))
    world.reply(Verdict.APPROVE)
    assert receipt(world).verification is Verification.MATCH
    assert (list(world.till.done), world.till.times) == ([intent.key], 1)
    outcomes = [entry.body["outcome"] for entry in world.entries() if entry.kind is Kind.DECISION_MADE]
    assert outcomes == ["ESCALATE", "ALLOW"]


def test_a_second_answer_by_the_same_link_is_refused_and_nothing_happens_twice() -> None:
    world = World()
    world.propose(refund(1200_00))
    world.reply(Verdict.APPROVE)
    before = (world.tasks.told.copy(), world.kinds())
    with pytest.raises(LinkRefused):
        world.reply(Verdict.REJECT)
    assert (world.till.times, (world.tasks.told, world.kinds())) == (1, before)


def test_waking_the_gate_again_after_the_action_is_done_does_nothing_twice() -> None:
    world = World()
    intent = world.propose(refund(1200_00))
    world.reply(Verdict.APPROVE)
    resume(intent.key, world.ports)
    assert world.till.times == 1
    assert world.kinds().count(Kind.ACTION_EXECUTED) == 1


def test_waking_the_gate_before_an_answer_does_nothing() -> None:
    world = World()
    intent = world.propose(refund(1200_00))
    resume(intent.key, world.ports)
    assert (world.till.times, world.tasks.told) == (0, [])


def test_a_rejected_refund_moves_no_money_and_tells_the_agent_why() -> None:
    world = World()
    world.propose(refund(80_00, account_id="A-200", order_id="O-2001"))
    (approval,) = world.records.approvals.values()
    world.reply(Verdict.REJECT, "fraud pattern")
    assert (approval.route, world.till.done) == ("risk", {})
    assert (failure(world).error, failure(world).reasons[0].reason) == ("Remit.ApprovalRejected", "fraud pattern")


def test_a_refund_over_the_maximum_is_denied_without_asking_anybody() -> None:
    world = World()
    world.propose(refund(6000_00))
    assert [reason.policy for reason in failure(world).reasons] == ["refunds.over-maximum"]
    assert (failure(world).error, world.records.approvals, world.till.done, mails(world)) == ("Remit.Denied", {}, {}, 0)


@pytest.mark.parametrize(
    ("payload", "field"),
    [
        (refund(-5_00), "payload.amount"),
        (refund(0), "payload.amount"),
        (refund("1200"), "payload.amount"),
        (refund(12.5), "payload.amount"),
        (refund(True), "payload.amount"),
        (refund(currency="XYZ"), "payload.currency"),
        (refund(priority="high"), "payload.priority"),
        (refund(account_id="A-1; DROP"), "payload.account_id"),
        ({}, "payload.account_id"),
    ],
)
def test_a_malformed_payload_is_refused_by_field_before_any_policy_is_asked(payload: JsonObject, field: str) -> None:
    world = World()
    world.propose(payload)
    assert failure(world).error == "Remit.InvalidPayload"
    assert failure(world).reasons[0].policy == field
    assert (world.till.done, world.kinds()) == ({}, [Kind.INTENT_PROPOSED, Kind.INTENT_REFUSED])


@pytest.mark.parametrize(("agent", "tool"), [("stranger", "refunds.issue_refund"), ("support", "refunds.wipe_ledger")])
def test_a_pair_that_the_matrix_does_not_have_is_denied(agent: str, tool: str) -> None:
    world = World()
    world.propose(agent=agent, tool=tool)
    assert (failure(world).error, failure(world).reasons[0].policy) == ("Remit.Denied", "refunds.matrix")


def test_a_missing_fact_is_a_denial_that_names_it() -> None:
    world = World()
    del world.business["orders", "O-1001"]
    world.propose()
    assert (failure(world).error, failure(world).reasons[0].policy) == ("Remit.Denied", "fact.order")


@pytest.mark.parametrize("change", [{"flagged": "no"}, {"flagged": None}, {"flagged": 0}, {"version": "3"}])
def test_a_fact_of_the_wrong_type_is_a_denial(change: JsonObject) -> None:
    world = World()
    world.business["accounts", "A-100"] |= change
    world.propose()
    assert (failure(world).error, world.till.done) == ("Remit.Denied", {})


def test_a_fact_that_changed_since_the_question_decides_after_the_approval() -> None:
    world = World()
    world.propose(refund(1200_00))
    world.business["accounts", "A-100"]["flagged"] = True
    world.reply(Verdict.APPROVE)
    assert failure(world).error == "Remit.Denied"
    assert [reason.policy for reason in failure(world).reasons] == ["refunds.flagged-account"]
    assert world.till.done == {}


def test_an_answer_after_the_question_expired_is_refused() -> None:
    world = World()
    world.propose(refund(1200_00))
    world.clock.pause(timedelta(hours=5).total_seconds())
    with pytest.raises(LinkRefused):
        world.reply(Verdict.APPROVE)
    assert (world.till.done, world.tasks.told) == ({}, [])


def test_an_approval_that_reaches_the_gate_too_late_moves_nothing() -> None:
    world = World()
    intent = world.propose(refund(1200_00))
    world.records.ballots[intent.key, 0] = world.ballot(Verdict.APPROVE, intent.payload_digest)
    world.clock.pause(timedelta(hours=5).total_seconds())
    resume(intent.key, world.ports)
    assert (failure(world).error, world.till.done) == ("Remit.ApprovalExpired", {})


def test_an_approval_after_the_run_ended_moves_nothing() -> None:
    world = World()
    world.propose(refund(1200_00))
    world.tasks.ended.add("task-1")
    world.reply(Verdict.APPROVE)
    assert (failure(world).error, failure(world).reasons[0].policy, world.till.done) == ("Remit.RunEnded", "run.ended", {})


def test_an_approval_of_another_payload_is_worth_nothing() -> None:
    world = World()
    intent = world.propose(refund(1200_00))
    (approval,) = world.records.approvals.values()
    world.records.approvals[intent.key] = approval.model_copy(update={"payload_digest": "0" * 64})
    world.records.ballots[intent.key, 0] = world.ballot(Verdict.APPROVE, "0" * 64)
    resume(intent.key, world.ports)
    assert (failure(world).error, failure(world).reasons[0].policy, world.till.done) == ("Remit.Denied", "approval.digest", {})


def test_a_retry_after_a_lost_answer_reads_back_and_acts_no_second_time() -> None:
    world = World()
    world.executor.lost_answers = 1
    world.propose(token="first")
    assert failure(world).error == "Remit.Unavailable"
    world.propose(token="second")
    assert (receipt(world).verification, world.till.times, world.tasks.told[-1][0]) == (Verification.MATCH, 1, "second")


def test_an_effect_that_cannot_be_seen_after_the_warrants_time_is_not_tried_again() -> None:
    world = World()
    intent = world.propose(token="first")
    world.till.done.clear()
    action = world.records.actions[intent.key]
    world.records.actions[intent.key] = action.model_copy(update={"status": ActionStatus.WARRANTED, "receipt": None})
    world.clock.pause(301)
    world.propose(token="second")
    assert (failure(world).error, world.till.times) == ("Remit.Unavailable", 1)


def test_a_repeat_of_a_finished_action_gets_the_same_receipt() -> None:
    world = World()
    world.propose(token="first")
    world.propose(token="second")
    assert world.tasks.told[0][1] == world.tasks.told[1][1]
    assert (world.till.times, world.kinds().count(Kind.DECISION_MADE)) == (1, 1)


def test_a_retry_while_waiting_asks_nobody_twice_and_answers_the_newest_token() -> None:
    world = World()
    world.propose(refund(1200_00), token="first")
    world.propose(refund(1200_00), token="second")
    world.reply(Verdict.APPROVE)
    assert [token for token, _ in world.tasks.told] == ["second"]
    assert (mails(world), world.till.times) == (1, 1)


def test_a_mail_that_cannot_be_sent_is_retryable_and_leaves_the_question_open() -> None:
    world = World(mailer=BrokenMailer())
    world.propose(refund(1200_00))
    assert failure(world).error == "Remit.Unavailable"
    assert [action.status for action in world.records.actions.values()] == [ActionStatus.WAITING]


def test_a_refusal_by_the_business_system_is_a_receipt_that_does_not_match() -> None:
    world = World()
    world.till.refuses = "the order has less left"
    world.propose()
    assert (failure(world).error, world.till.done) == ("Remit.OutcomeUnverified", {})
    assert "the order has less left" in failure(world).message


def test_an_effect_other_than_expected_is_drift() -> None:
    world = World()
    world.till.alters = {"amount": 999_00}
    world.propose()
    assert failure(world).error == "Remit.OutcomeUnverified"
    (verified,) = (entry.body for entry in world.entries() if entry.kind is Kind.OUTCOME_VERIFIED)
    assert verified["verification"] == "DRIFT"


def test_an_executor_that_breaks_after_acting_is_believed_by_the_read_back_only() -> None:
    world = World()
    world.till.breaks = TimeoutError("no answer in 10 s")
    world.propose()
    assert receipt(world).verification is Verification.MATCH


def test_records_that_cannot_be_written_leave_nothing_done() -> None:
    world = World()

    def down(*_: object) -> None:
        raise Unavailable("DynamoDB: ProvisionedThroughputExceeded")

    world.opened(make_intent(refund()))
    world.records.before_commit = down
    world.propose()
    assert (failure(world).error, world.till.done) == ("Remit.Unavailable", {})


def test_the_task_token_is_in_no_ledger_entry() -> None:
    world = World()
    world.propose(refund(1200_00), token="very-secret-task-token")
    world.reply(Verdict.APPROVE)
    assert all("very-secret-task-token" not in entry.model_dump_json() for entry in world.entries())


def test_the_ledger_of_a_run_is_one_unbroken_chain() -> None:
    world = World()
    world.propose(refund(1200_00))
    world.reply(Verdict.APPROVE)
    assert broken_link(world.entries()) is None
