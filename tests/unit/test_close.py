"""How a run's end is told."""

import json

import pytest

from remit.domain.action import Failure
from remit.domain.budget import Reservation
from remit.domain.errors import Unavailable
from remit.domain.ledger import Draft, Kind
from remit.domain.memory import Confidentiality
from remit.domain.model import JsonObject
from remit.usecases.close import close
from remit.usecases.ending import Close, Ending, Outcome
from tests.fakes.clock import FixedClock
from tests.fakes.closing import TOLD, close_ports
from tests.fakes.outside import BrokenMailer, Outbox
from tests.fakes.records import MemoryRecords


def end(
    error: str | None = None, cause: str = "", *, written: tuple[Draft, ...] = (), used: frozenset[str] = frozenset(), **state: object
) -> tuple[Outcome, MemoryRecords]:
    records = MemoryRecords(FixedClock())
    records.used |= used
    records.commit("run-1", [], written)
    caught = {} if error is None else {"error": {"Error": error, "Cause": cause}}
    return close(Close.model_validate({"run": "run-1", **caught, **state}), close_ports(records)), records


def draft(kind: Kind, **body: str) -> Draft:
    return Draft(kind=kind, body=dict(body))


@pytest.mark.parametrize(
    ("error", "ending"),
    [
        ("Remit.Denied", Ending.REFUSED),
        ("Remit.InvalidPayload", Ending.REFUSED),
        ("Remit.ApprovalRejected", Ending.REFUSED),
        ("Remit.ApprovalExpired", Ending.REFUSED),
        ("Remit.Unavailable", Ending.FAILED),
        ("Remit.OutcomeUnverified", Ending.FAILED),
        ("Remit.WarrantRefused", Ending.FAILED),
        ("States.TaskFailed", Ending.FAILED),
        ("States.Timeout", Ending.FAILED),
    ],
)
def test_a_refusal_is_an_answer_and_anything_else_is_a_failure(error: str, ending: Ending) -> None:
    outcome, _ = end(error)
    assert (outcome.outcome, outcome.error) == (ending, error)


def test_the_gates_reasons_are_handed_on() -> None:
    failure: JsonObject = {"error": "Remit.Denied", "message": "no", "reasons": [{"policy": "p", "reason": "why"}]}
    outcome, _ = end("Remit.Denied", json.dumps(failure))
    assert (outcome.message, outcome.reasons[0].policy) == ("no", "p")


def test_an_error_that_a_function_raised_is_known_by_its_own_name() -> None:
    raised = json.dumps({"errorType": "BudgetExhausted", "errorMessage": "no tokens left", "stackTrace": []})
    outcome, _ = end("BudgetExhausted", raised)
    assert (outcome.outcome, outcome.error, outcome.message) == (Ending.REFUSED, "Remit.BudgetExhausted", "no tokens left")


def test_a_time_out_while_an_approval_was_open_is_an_expired_approval() -> None:
    outcome, _ = end("States.Timeout", written=(draft(Kind.APPROVAL_REQUESTED, approval="a"),))
    assert (outcome.outcome, outcome.error) == (Ending.REFUSED, "Remit.ApprovalExpired")


def test_a_warrant_that_was_used_and_has_no_outcome_makes_any_end_an_unverified_one() -> None:
    outcome, records = end("Remit.Unavailable", written=(draft(Kind.WARRANT_MINTED, warrant="w"),), used=frozenset({"w"}))
    assert (outcome.outcome, outcome.error) == (Ending.FAILED, "Remit.OutcomeUnverified")
    assert [entry.body.get("verification") for entry in records.entries("run-1")][1] == "UNKNOWN"


def test_a_warrant_that_was_never_used_is_taken_back_with_what_was_drawn_for_it() -> None:
    records = MemoryRecords(FixedClock())
    reservation = Reservation(account="agent/support/2026-11-22", meter="actions", amount=1, limit=5)
    records.drawn[reservation.account, "actions"] = 3
    minted = Draft(kind=Kind.WARRANT_MINTED, body={"warrant": "w", "reserved": [reservation.model_dump()]})
    records.commit("run-1", [], [minted])
    state = Close.model_validate({"run": "run-1", "error": {"Error": "Remit.Unavailable", "Cause": ""}})
    first, second = (close(state, close_ports(records)) for _ in range(2))
    assert (first.error, second) == ("Remit.Unavailable", first)
    assert (records.void, records.drawn[reservation.account, "actions"]) == ({"w"}, 2)
    assert [entry.kind for entry in records.entries("run-1")] == [Kind.WARRANT_MINTED, Kind.WARRANT_VOIDED, Kind.RUN_FINISHED]


def test_a_turn_without_a_proposal_is_an_answer_and_its_model_call_is_recorded() -> None:
    outcome, records = end(reasoning={"proposal": None, "say": "Sorry.", "call": {"agent": "support"}, "conversation": []})
    assert (outcome.outcome, outcome.say) == (Ending.ANSWERED, "Sorry.")
    assert [entry.kind for entry in records.entries("run-1")] == [Kind.MODEL_CALLED, Kind.RUN_FINISHED]


def receipt(**observed: str) -> JsonObject:
    return {
        "warrant": "w",
        "executed_as": "arn",
        "read_back_as": "arn",
        "verification": "MATCH",
        "expected": {},
        "observed": dict(observed),
    }


def test_a_run_that_did_something_and_then_spoke_is_done_and_says_what_it_said() -> None:
    outcome, _ = end(receipt=receipt(status="draft"), reasoning={"proposal": None, "say": "Drafted.", "call": {"agent": "claims"}})
    assert (outcome.outcome, outcome.say) == (Ending.DONE, "Drafted.")
    assert outcome.receipt is not None
    assert outcome.receipt.observed == {"status": "draft"}


def test_an_error_after_a_step_that_was_done_is_how_the_run_ended() -> None:
    outcome, _ = end("Remit.Denied", receipt=receipt(status="open"))
    assert (outcome.outcome, outcome.error, outcome.receipt) == (Ending.REFUSED, "Remit.Denied", None)


def test_closing_twice_after_an_unknown_outcome_answers_the_same() -> None:
    records = MemoryRecords(FixedClock())
    records.used.add("w")
    records.commit("run-1", [], [draft(Kind.WARRANT_MINTED, warrant="w")])
    state = Close.model_validate({"run": "run-1", "error": {"Error": "Remit.Unavailable", "Cause": ""}})
    first, second = (close(state, close_ports(records)) for _ in range(2))
    assert (first.error, second) == ("Remit.OutcomeUnverified", first)


def test_closing_twice_records_one_end() -> None:
    records = MemoryRecords(FixedClock())
    state = Close.model_validate({"run": "run-1", "error": {"Error": "Remit.Denied", "Cause": ""}})
    assert close(state, close_ports(records)) == close(state, close_ports(records))
    assert [entry.kind for entry in records.entries("run-1")] == [Kind.RUN_FINISHED]


STARTED = Draft(kind=Kind.RUN_STARTED, body={"workflow": "refunds", "domain": "refunds"})
PROPOSED = Draft(kind=Kind.INTENT_PROPOSED, body={"key": "w", "payload": {"amount": 120}})
COMPANYS_OWN: JsonObject = {"integrity": "internal", "confidentiality": "internal"}
DECIDED = Draft(kind=Kind.DECISION_MADE, body={"key": "w", "carried": {"labels": COMPANYS_OWN}})
MINTED = draft(Kind.WARRANT_MINTED, warrant="w", agent="support", tool="refunds.issue_refund")
DRIFTED = Draft(
    kind=Kind.OUTCOME_VERIFIED,
    body={"warrant": "w", "verification": "DRIFT", "expected": {"amount": 120}, "observed": {"amount": 999}, "note": "till jammed"},
)


def unsettled_run(*outcome: Draft, decided: tuple[Draft, ...] = (DECIDED,)) -> MemoryRecords:
    records = MemoryRecords(FixedClock())
    records.used.add(str(MINTED.body["warrant"]))
    records.commit("run-1", [], [STARTED, PROPOSED, *decided, MINTED, *outcome])
    return records


def test_a_run_is_no_success_with_an_outcome_that_drifted_whatever_machine_and_model_say() -> None:
    state = Close.model_validate({"run": "run-1", "receipt": receipt(status="paid"), "reasoning": {"say": "All done!"}})
    outcome = close(state, close_ports(unsettled_run(DRIFTED)))
    assert (outcome.outcome, outcome.error, outcome.receipt) == (Ending.FAILED, "Remit.OutcomeUnverified", None)
    assert (outcome.say, "till jammed" in outcome.message) == ("All done!", True)


def test_who_is_to_be_told_hears_what_was_intended_what_was_seen_and_what_to_do() -> None:
    outbox = Outbox()
    close(Close(run="run-1"), close_ports(unsettled_run(DRIFTED), outbox))
    assert [mail.to for mail in outbox.sent] == [*TOLD]
    for part in (outbox.sent[0].text, outbox.sent[0].html):
        assert all(said in part for said in ("120", "999", "till jammed", "remit trace run-1", "remit undo run-1"))


def test_of_an_outcome_that_nobody_could_read_back_the_mail_says_what_was_asked_for() -> None:
    outbox = Outbox()
    close(Close(run="run-1"), close_ports(unsettled_run(), outbox))
    assert "is not known" in outbox.sent[0].text
    assert all(said in outbox.sent[0].text for said in ("120", "Nothing."))


SECRET = Draft(kind=Kind.OUTCOME_VERIFIED, body={**DRIFTED.body, "labels": {**COMPANYS_OWN, "confidentiality": "secret"}})


@pytest.mark.parametrize(
    "records",
    [pytest.param(unsettled_run(SECRET), id="secret"), pytest.param(unsettled_run(DRIFTED, decided=()), id="nothing says what it carries")],
)
def test_what_is_secret_stays_out_of_the_mail_which_says_where_to_look(records: MemoryRecords) -> None:
    outbox = Outbox()
    close(Close(run="run-1"), close_ports(records, outbox))
    assert outbox.sent[0].carries.confidentiality is Confidentiality.SECRET
    for part in (outbox.sent[0].text, outbox.sent[0].html):
        assert not [said for said in ("120", "999", "till jammed") if said in part]
        assert all(said in part for said in ("confidentiality: secret", "remit trace run-1", "remit undo run-1"))


def test_nobody_is_told_twice_and_the_ledger_says_who_was() -> None:
    records, outbox = unsettled_run(DRIFTED), Outbox()
    for _ in range(2):
        close(Close(run="run-1"), close_ports(records, outbox))
    told = [entry.body["to"] for entry in records.entries("run-1") if entry.kind is Kind.OUTCOME_REPORTED]
    assert (told, len(outbox.sent)) == ([*TOLD], 2)


def test_a_run_whose_mail_cannot_be_sent_has_ended_and_the_telling_is_tried_again() -> None:
    records, outbox = unsettled_run(DRIFTED), Outbox()
    with pytest.raises(Unavailable):
        close(Close(run="run-1"), close_ports(records, BrokenMailer()))
    close(Close(run="run-1"), close_ports(records, outbox))
    assert [entry.kind for entry in records.entries("run-1")].count(Kind.RUN_FINISHED) == 1
    assert len(outbox.sent) == 2


def test_an_outcome_that_was_found_to_match_later_is_settled() -> None:
    unknown = draft(Kind.OUTCOME_VERIFIED, warrant="w", verification="UNKNOWN")
    matched = draft(Kind.OUTCOME_VERIFIED, warrant="w", verification="MATCH")
    outbox = Outbox()
    outcome = close(Close.model_validate({"run": "run-1", "receipt": receipt()}), close_ports(unsettled_run(unknown, matched), outbox))
    assert (outcome.outcome, outbox.sent) == (Ending.DONE, [])


RECEIPT: JsonObject = {"warrant": "w", "executed_as": "arn", "read_back_as": "arn", "verification": "MATCH", "expected": {}, "observed": {}}
DENIED: JsonObject = {"Error": "Remit.Denied", "Cause": Failure(error="Remit.Denied", message="No.").model_dump_json()}
BROKEN: JsonObject = {"Error": "Remit.Unavailable", "Cause": "gone"}


def of_parts(*parts: JsonObject) -> tuple[Outcome, list[tuple[str, str]]]:
    outcome, _ = end(parts=[*parts])
    return outcome, [(part.subject, part.outcome.value) for part in outcome.parts]


def test_a_run_in_parts_is_done_if_any_part_is_and_none_failed() -> None:
    outcome, parts = of_parts({"subject": "I-1", "receipt": RECEIPT}, {"subject": "I-2"}, {"subject": "I-3", "error": DENIED})
    assert (outcome.outcome, outcome.error, parts) == ("DONE", None, [("I-1", "DONE"), ("I-2", "ANSWERED"), ("I-3", "REFUSED")])


def test_a_run_of_which_one_part_failed_has_failed_and_says_which() -> None:
    outcome, _ = of_parts({"subject": "I-1", "receipt": RECEIPT}, {"subject": "I-2", "error": BROKEN})
    assert (outcome.outcome, outcome.error, outcome.message) == ("FAILED", "Remit.Unavailable", "I-2: gone")


def test_a_run_in_parts_of_which_none_was_done_is_refused_if_one_was() -> None:
    outcome, _ = of_parts({"subject": "I-1"}, {"subject": "I-2", "error": DENIED})
    assert (outcome.outcome, outcome.error, outcome.message) == ("REFUSED", "Remit.Denied", "I-2: No.")


def test_a_run_in_parts_in_which_there_was_nothing_to_do_has_answered() -> None:
    outcome, parts = of_parts({"subject": "I-1"})
    assert (outcome.outcome, outcome.error, parts) == ("ANSWERED", None, [("I-1", "ANSWERED")])
