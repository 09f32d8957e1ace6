"""The end of a run: what came of it, in the ledger and for the state machine."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from pydantic import ConfigDict, ValidationError

from remit.domain.action import Failure
from remit.domain.errors import ApprovalExpired, OutcomeUnverified, Reason, Refusal
from remit.domain.ledger import Draft, Entry, Kind
from remit.domain.model import JsonObject, Model
from remit.domain.warrant import Receipt, Verification
from remit.ports import Records

_REFUSALS = {error.code for error in Refusal.__subclasses__()}
_LONGEST_MESSAGE = 500


class Ending(StrEnum):
    DONE = "DONE"
    ANSWERED = "ANSWERED"
    REFUSED = "REFUSED"
    FAILED = "FAILED"


class Caught(Model):
    """An error as a state machine catches it; `Cause` is a Failure in JSON if the gate reported it."""

    Error: str
    Cause: str = ""


class Reasoning(Model):
    model_config = ConfigDict(frozen=True, extra="ignore")

    proposal: JsonObject | None = None
    say: str | None = None
    call: JsonObject | None = None


class Close(Model):
    """The state of a machine at its end; what a workflow keeps there beside this does not matter."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    run: str
    reasoning: Reasoning = Reasoning()
    receipt: Receipt | None = None
    error: Caught | None = None


class Outcome(Model):
    """What came of a run: its last step. `say` is the model's closing text if it made no proposal."""

    outcome: Ending
    error: str | None = None
    message: str = ""
    reasons: tuple[Reason, ...] = ()
    receipt: Receipt | None = None
    say: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosePorts:
    records: Records


def close(end: Close, ports: ClosePorts) -> Outcome:
    """Record the end once; a repeat answers the same. Raises Unavailable."""
    written = ports.records.entries(end.run)
    outcome = _outcome(end, written)
    if not any(entry.kind is Kind.RUN_FINISHED for entry in written):
        ports.records.commit(end.run, [], [*_last_words(end), *_unverified(written), _finished(outcome)])
    return outcome


def _outcome(end: Close, written: Sequence[Entry]) -> Outcome:
    if end.error is None:
        ending = Ending.ANSWERED if end.receipt is None else Ending.DONE
        return Outcome(outcome=ending, receipt=end.receipt, say=end.reasoning.say)
    failure = _failure(end.error, written)
    ending = Ending.REFUSED if failure.error in _REFUSALS else Ending.FAILED
    return Outcome(outcome=ending, error=failure.error, message=failure.message, reasons=failure.reasons)


def _failure(caught: Caught, written: Sequence[Entry]) -> Failure:
    if _open_warrant(written):
        return Failure(error=OutcomeUnverified.code, message="An action was begun and its outcome is not known: look before you repeat it.")
    if caught.Error == "States.Timeout" and any(entry.kind is Kind.APPROVAL_REQUESTED for entry in written):
        return Failure(error=ApprovalExpired.code, message="Nobody answered the request for approval in time.")
    try:
        return Failure.model_validate_json(caught.Cause)
    except ValidationError:
        return Failure(error=caught.Error, message=caught.Cause[:_LONGEST_MESSAGE])


def _open_warrant(written: Sequence[Entry]) -> JsonObject | None:
    """One whose outcome nobody read back, as it was minted; that this was recorded as UNKNOWN before does not change it."""
    verified = {entry.body["warrant"] for entry in written if entry.kind is Kind.OUTCOME_VERIFIED and _known(entry)}
    minted = (entry.body for entry in written if entry.kind is Kind.WARRANT_MINTED)
    return next((warrant for warrant in minted if warrant["warrant"] not in verified), None)


def _known(entry: Entry) -> bool:
    return entry.body["verification"] != Verification.UNKNOWN.value


def _unverified(written: Sequence[Entry]) -> list[Draft]:
    warrant = _open_warrant(written)
    if warrant is None:
        return []
    body: JsonObject = {**{name: warrant.get(name) for name in ("warrant", "agent", "tool")}, "verification": Verification.UNKNOWN.value}
    return [Draft(kind=Kind.OUTCOME_VERIFIED, body=body)]


def _last_words(end: Close) -> list[Draft]:
    """A model call that led to no intent is nowhere else in the ledger."""
    call = end.reasoning.call
    return [] if call is None or end.reasoning.proposal is not None else [Draft(kind=Kind.MODEL_CALLED, body=call)]


def _finished(outcome: Outcome) -> Draft:
    return Draft(kind=Kind.RUN_FINISHED, body={"outcome": outcome.outcome.value, "error": outcome.error, "message": outcome.message})
