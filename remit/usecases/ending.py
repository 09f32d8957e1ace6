"""The end of a run: what came of it, in the ledger and for the state machine."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Literal

from pydantic import ConfigDict, ValidationError

from remit.approval_ports import RequireWaiting
from remit.budget_ports import GiveBack, VoidWarrant
from remit.domain.action import Failure
from remit.domain.budget import Reservation
from remit.domain.errors import ApprovalExpired, BudgetExhausted, Conflict, OutcomeUnverified, Reason, Refusal, Unavailable, Unintelligible
from remit.domain.ledger import Draft, Entry, Kind
from remit.domain.model import JsonObject, Model
from remit.domain.unsettled import Unsettled, unsettled
from remit.domain.warrant import Receipt, Verification
from remit.fact_ports import Uncite
from remit.record_ports import Change, EndRun, Records
from remit.usecases.entries import voided
from remit.usecases.resting import cited_by_run, cited_in

_REFUSALS = {error.code for error in Refusal.__subclasses__()}
_CODES = {error.__name__: error.code for error in (BudgetExhausted, Unavailable, Unintelligible)}
_LONGEST_MESSAGE = 500
# Fewer than a transaction takes.
_AT_ONCE = 50
_SAID = {"warrant", "agent", "tool", "verification"}


class Ending(StrEnum):
    DONE = "DONE"
    ANSWERED = "ANSWERED"
    REFUSED = "REFUSED"
    FAILED = "FAILED"


class Caught(Model):
    """An error as a state machine catches it; `Cause` is a Failure in JSON if the gate reported it."""

    Error: str
    Cause: str = ""


class _Raised(Model):
    """What Lambda says of an exception, as far as it matters."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    errorType: Literal["BudgetExhausted", "Unavailable", "Unintelligible"]  # noqa: N815 (Lambda's word)
    errorMessage: str  # noqa: N815


class Reasoning(Model):
    model_config = ConfigDict(frozen=True, extra="ignore")

    proposal: JsonObject | None = None
    say: str | None = None
    call: JsonObject | None = None


class Part(Model):
    """How one item of a machine's Map ended: with the receipt of its last action, an error, or neither."""

    subject: str
    receipt: Receipt | None = None
    error: Caught | None = None


class Close(Model):
    """The state of a machine at its end; what a workflow keeps there beside this does not matter."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    run: str
    reasoning: Reasoning = Reasoning()
    receipt: Receipt | None = None
    error: Caught | None = None
    parts: tuple[Part, ...] = ()


class PartOutcome(Model):
    """What came of one item; its receipt is in the ledger."""

    subject: str
    outcome: Ending
    error: str | None = None
    message: str = ""
    reasons: tuple[Reason, ...] = ()


class Outcome(Model):
    """What came of a run: its last step, or the worst of its parts. `say` is the model's closing text if it made no proposal,
    `answer` what was last said to whoever asked for the run."""

    outcome: Ending
    error: str | None = None
    message: str = ""
    reasons: tuple[Reason, ...] = ()
    receipt: Receipt | None = None
    say: str | None = None
    parts: tuple[PartOutcome, ...] = ()
    answer: JsonObject | None = None


def record_end(end: Close, records: Records) -> Outcome:
    """What came of the run, in the ledger once. Raises Unavailable."""
    written = _settled(end.run, records)
    open_ends = unsettled(written)
    outcome = _unverified(open_ends[0], end) if open_ends else _outcome(end, written)
    if not has_ended(written):
        _end(end.run, [EndRun(run=end.run)], [*_last_words(end), *_unknown(open_ends), _finished(outcome)], records)
    _release(end.run, written, records)
    return outcome


def end_waiting(run: str, failure: Failure, waiting: Sequence[str], records: Records) -> None:
    """The end of a run that waits for these approvals, if it still does: it ends, or one of them is acted on, and not both. Raises
    Conflict, Unavailable."""
    changes = [EndRun(run=run), *(RequireWaiting(approval=approval) for approval in waiting)]
    records.commit(run, changes, [_finished(Outcome(outcome=_ending(failure), **failure.model_dump()))])


def has_ended(written: Sequence[Entry]) -> bool:
    return any(entry.kind is Kind.RUN_FINISHED for entry in written)


def _end(run: str, changes: Sequence[Change], drafts: Sequence[Draft], records: Records) -> None:
    try:
        records.commit(run, changes, drafts)
    except Conflict:
        # Whoever was first has recorded it, and a run ends once.
        if not has_ended(records.entries(run)):
            raise


def _settled(run: str, records: Records) -> Sequence[Entry]:
    """The run's entries, once no warrant of it can be used any more: what was not begun by now never is."""
    written = records.entries(run)
    unknown = {each.warrant for each in unsettled(written) if each.verification is Verification.UNKNOWN}
    minted = [entry for entry in written if entry.kind is Kind.WARRANT_MINTED and entry.body["warrant"] in unknown]
    taken_back = [_void(entry, records) for entry in minted]
    return records.entries(run) if any(taken_back) else written


def _void(minted: Entry, records: Records) -> bool:
    """False if the warrant was used: then something may have been done."""
    warrant, drawn = str(minted.body["warrant"]), minted.body.get("reserved")
    reserved = [Reservation.model_validate(each) for each in (drawn if isinstance(drawn, list) else [])]
    changes = [VoidWarrant(warrant=warrant), *(GiveBack(reservation=each) for each in reserved)]
    try:
        records.commit(minted.run, changes, [voided(warrant, "The run ended before it was used.")])
    except Conflict:
        return False
    return True


def _release(run: str, written: Sequence[Entry], records: Records) -> None:
    """A run that has ended rests on no fact. Should this fail, whoever changes the fact finds that the run has ended."""
    ends = [Uncite(citation=cited_by_run(fact, run)) for fact in cited_in(written)]
    for some in range(0, len(ends), _AT_ONCE):
        records.commit(run, ends[some : some + _AT_ONCE], [])


def _unverified(first: Unsettled, end: Close) -> Outcome:
    """Whatever the machine and the model say: a run with an outcome that did not match has not succeeded."""
    message = {
        Verification.UNKNOWN: f"{first.tool} was begun and its outcome is not known: look before you repeat it.",
        Verification.DRIFT: f"The read-back of {first.tool} is not what was intended: look at it. {first.note}".strip(),
    }[first.verification]
    return Outcome(outcome=Ending.FAILED, error=OutcomeUnverified.code, message=message, say=end.reasoning.say)


def _outcome(end: Close, written: Sequence[Entry]) -> Outcome:
    parts = tuple(_part(part, written) for part in end.parts)
    failure = _failure(end.error, written) if end.error else _worst(parts)
    if failure is not None:
        return Outcome(outcome=_ending(failure), error=failure.error, message=failure.message, reasons=failure.reasons, parts=parts)
    done = end.receipt is not None or any(part.outcome is Ending.DONE for part in parts)
    ending = Ending.DONE if done else Ending.ANSWERED
    return Outcome(outcome=ending, receipt=end.receipt, say=end.reasoning.say, parts=parts, answer=_answer(written))


def _answer(written: Sequence[Entry]) -> JsonObject | None:
    """By the ledger: what a machine carries along is nobody's word."""
    answers = [entry.body["content"] for entry in written if entry.kind is Kind.MESSAGE_SENT and entry.body.get("opened") is None]
    return answers[-1] if answers and isinstance(answers[-1], dict) else None


def _part(part: Part, written: Sequence[Entry]) -> PartOutcome:
    if part.error is None:
        return PartOutcome(subject=part.subject, outcome=Ending.ANSWERED if part.receipt is None else Ending.DONE)
    failure = _failure(part.error, written)
    return PartOutcome(subject=part.subject, outcome=_ending(failure), **failure.model_dump())


def _worst(parts: Sequence[PartOutcome]) -> Failure | None:
    """A part that failed, or one that was refused where nothing was done at all."""
    failed = [part for part in parts if part.outcome is Ending.FAILED]
    refused = [part for part in parts if part.outcome is Ending.REFUSED]
    if any(part.outcome is Ending.DONE for part in parts):
        refused = []
    for part in (*failed, *refused):
        return Failure(error=str(part.error), message=f"{part.subject}: {part.message}", reasons=part.reasons)
    return None


def _ending(failure: Failure) -> Ending:
    return Ending.REFUSED if failure.error in _REFUSALS else Ending.FAILED


def _failure(caught: Caught, written: Sequence[Entry]) -> Failure:
    if caught.Error == "States.Timeout" and any(entry.kind is Kind.APPROVAL_REQUESTED for entry in written):
        return Failure(error=ApprovalExpired.code, message="Nobody answered the request for approval in time.")
    for read in (Failure.model_validate_json, _raised):
        try:
            return read(caught.Cause)
        except ValidationError:
            continue
    return Failure(error=caught.Error, message=caught.Cause[:_LONGEST_MESSAGE])


def _raised(cause: str) -> Failure:
    """An error of the tree that a function raised, as Lambda reports it. Raises ValidationError for anything else."""
    raised = _Raised.model_validate_json(cause)
    return Failure(error=_CODES[raised.errorType], message=raised.errorMessage)


def _unknown(open_ends: Sequence[Unsettled]) -> list[Draft]:
    """What the gate could not record, because nobody could read it back."""
    unknown = (each for each in open_ends if each.verification is Verification.UNKNOWN)
    return [Draft(kind=Kind.OUTCOME_VERIFIED, body=each.model_dump(mode="json", include=_SAID)) for each in unknown]


def _last_words(end: Close) -> list[Draft]:
    """A model call that led to no intent is nowhere else in the ledger."""
    call = end.reasoning.call
    return [] if call is None or end.reasoning.proposal is not None else [Draft(kind=Kind.MODEL_CALLED, body=call)]


def _finished(outcome: Outcome) -> Draft:
    return Draft(kind=Kind.RUN_FINISHED, body={"outcome": outcome.outcome.value, "error": outcome.error, "message": outcome.message})
