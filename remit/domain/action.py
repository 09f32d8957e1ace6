"""The gate's memory of one governed action, by intent key: it makes a repeat harmless."""

from enum import StrEnum

from remit.domain.budget import Reservation
from remit.domain.errors import Reason, RemitError
from remit.domain.intent import Intent
from remit.domain.model import Model
from remit.domain.warrant import Receipt, Warrant


class ActionStatus(StrEnum):
    WAITING = "WAITING"
    WARRANTED = "WARRANTED"
    DONE = "DONE"
    REFUSED = "REFUSED"


class Failure(Model):
    """A refusal as the state machine sees it: an error name of the tree, and why."""

    error: str
    message: str
    reasons: tuple[Reason, ...] = ()


def failure_of(error: RemitError) -> Failure:
    """What an error of the tree becomes where it leaves the process."""
    return Failure(error=error.code, message=error.message, reasons=error.reasons)


class Action(Model):
    """One governed action: `task_token` resumes the state machine and never leaves the gate. `reserved` is what its warrant was minted
    on."""

    intent: Intent
    status: ActionStatus
    task_token: str
    warrant: Warrant | None = None
    reserved: tuple[Reservation, ...] = ()
    receipt: Receipt | None = None
    failure: Failure | None = None
