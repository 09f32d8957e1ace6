"""Everything that can go wrong, grouped by who must act.

RemitError
├── Refusal                  the caller may try another way
│   ├── InvalidRequest       Remit.InvalidRequest      the envelope around an intent is malformed
│   ├── InvalidPayload       Remit.InvalidPayload      the tool's payload is malformed
│   ├── Denied               Remit.Denied              policy says no, whoever approves
│   ├── PreconditionUnmet    Remit.PreconditionUnmet   a step that this one requires is not complete
│   ├── BudgetExhausted      Remit.BudgetExhausted     the agent or the run has spent what it may, or gone as far
│   ├── AgentSuspended       Remit.AgentSuspended      the agent has been stopped
│   ├── InvalidFact          Remit.InvalidFact         a statement is malformed, or its charter has no word for it
│   ├── NoAuthority          Remit.NoAuthority         the caller may state nothing here
│   ├── VersionConflict      Remit.VersionConflict     the fact is not at the version that the caller took for current
│   ├── NotSaid              Remit.NotSaid             a log does not say what it is quoted for
│   ├── RunOpen              Remit.RunOpen             the run has not ended
│   ├── RunEnded             Remit.RunEnded            the run, or one that asked for it, has ended
│   ├── DelegationEnded      Remit.DelegationEnded     the person's delegation has expired or was revoked
│   ├── ApprovalRejected     Remit.ApprovalRejected    a human said no
│   ├── ApprovalExpired      Remit.ApprovalExpired     no human answered in time
│   └── Withdrawn            Remit.Withdrawn           whoever asked took it back before a human answered
├── Unauthenticated          Remit.Unauthenticated     the person's token is not good
├── UnknownPerson            Remit.UnknownPerson       the charter gives the person nothing
├── LinkRefused              Remit.LinkRefused         an approval link that decides nothing
├── NotAsked                 Remit.NotAsked            somebody whose answer is not asked for, or not any more
├── MailRefused              Remit.MailRefused         an address that no mail can be sent to
├── NotFound                 Remit.NotFound            no such run, approval or fact
├── WarrantRefused           Remit.WarrantRefused      an executor was asked without a valid warrant
├── OutcomeUnverified        Remit.OutcomeUnverified   operations must look: the read-back disagrees
├── PreconditionRunning      Remit.PreconditionRunning retryable: a step that this one requires is not over yet
├── Conflict                 Remit.Conflict            another writer was first; read again
└── Unavailable              Remit.Unavailable         retryable: a part Remit rests on did not answer
"""

from typing import ClassVar

from remit.domain.model import Model


class Reason(Model):
    """Why, by the rule that says so: `policy` is a Cedar policy id, `autonomy.<field>`, `fact.<name>`,
    `budget.<account>.<meter>`, `requires.<tool>`, `payload.<path>` or a field."""

    policy: str
    reason: str


class RemitError(Exception):
    """Base of all errors. `code` is the name that state machines and HTTP answers carry."""

    code: ClassVar[str] = "Remit.Error"

    def __init__(self, message: str, reasons: tuple[Reason, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.reasons = reasons


class Refusal(RemitError):
    """A clean no."""


class InvalidRequest(Refusal):
    code = "Remit.InvalidRequest"


class InvalidPayload(Refusal):
    code = "Remit.InvalidPayload"


class Denied(Refusal):
    code = "Remit.Denied"


class PreconditionUnmet(Refusal):
    code = "Remit.PreconditionUnmet"


class Unanswerable(Denied):
    """A human would have to approve, and there is nobody who may."""


class BudgetExhausted(Refusal):
    code = "Remit.BudgetExhausted"


class AgentSuspended(Refusal):
    code = "Remit.AgentSuspended"


def suspended() -> AgentSuspended:
    why = "The agent has been suspended; nothing is done for it until it is resumed."
    return AgentSuspended(why, (Reason(policy="agent.suspended", reason=why),))


class InvalidFact(Refusal):
    code = "Remit.InvalidFact"


def invalid_fact(field: str, problem: str) -> InvalidFact:
    return InvalidFact(f"{field}: {problem}", (Reason(policy=field, reason=problem),))


class NoAuthority(Refusal):
    code = "Remit.NoAuthority"


class VersionConflict(Refusal):
    """`current` is the key's newest version; 0 if it has none."""

    code = "Remit.VersionConflict"

    def __init__(self, field: str, current: int, problem: str) -> None:
        super().__init__(f"{field}: {problem}", (Reason(policy=field, reason=problem),))
        self.current = current


class NotSaid(Refusal):
    code = "Remit.NotSaid"


class RunOpen(Refusal):
    code = "Remit.RunOpen"


class RunEnded(Refusal):
    code = "Remit.RunEnded"


def run_ended() -> RunEnded:
    why = "The run, or one that asked for it, has ended; nothing is done after a run's end."
    return RunEnded(why, (Reason(policy="run.ended", reason=why),))


class DelegationEnded(Refusal):
    code = "Remit.DelegationEnded"


class ApprovalRejected(Refusal):
    code = "Remit.ApprovalRejected"


class ApprovalExpired(Refusal):
    code = "Remit.ApprovalExpired"


class Withdrawn(Refusal):
    code = "Remit.Withdrawn"


class Unauthenticated(RemitError):
    code = "Remit.Unauthenticated"


class UnknownPerson(RemitError):
    code = "Remit.UnknownPerson"


class LinkRefused(RemitError):
    code = "Remit.LinkRefused"


class NotAsked(RemitError):
    code = "Remit.NotAsked"


class MailRefused(RemitError):
    code = "Remit.MailRefused"


class NotFound(RemitError):
    code = "Remit.NotFound"


class WarrantRefused(RemitError):
    code = "Remit.WarrantRefused"


class Unintelligible(RemitError):
    code = "Remit.Unintelligible"


class OutcomeUnverified(RemitError):
    code = "Remit.OutcomeUnverified"


class PreconditionRunning(RemitError):
    code = "Remit.PreconditionRunning"


class Conflict(RemitError):
    code = "Remit.Conflict"


class Unavailable(RemitError):
    code = "Remit.Unavailable"
