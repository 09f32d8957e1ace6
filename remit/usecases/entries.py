"""What each event of a governed action says in the ledger."""

from remit.domain.budget import Reservation
from remit.domain.compensation import Undoes
from remit.domain.decision import Decision
from remit.domain.errors import RemitError
from remit.domain.intent import Intent
from remit.domain.labels import Labels
from remit.domain.ledger import Draft, Kind
from remit.domain.model import JsonObject
from remit.domain.warrant import Receipt, Warrant


def proposed(intent: Intent, reasoning: JsonObject | None) -> list[Draft]:
    """The model call that led to the intent, if a model did, and the intent."""
    called = [] if reasoning is None else [Draft(kind=Kind.MODEL_CALLED, body=reasoning)]
    body: JsonObject = {
        "key": intent.key,
        "step": intent.step,
        "agent": intent.agent,
        "tool": intent.tool,
        "payload": intent.payload,
        "payload_digest": intent.payload_digest,
        "requester": intent.requester.model_dump(mode="json"),
    }
    if intent.delegator is not None:
        body["delegator"] = intent.delegator.model_dump(mode="json")
    if intent.undoes is not None:
        body["undoes"] = intent.undoes.model_dump(mode="json")
    return [*called, Draft(kind=Kind.INTENT_PROPOSED, body=body)]


def refused(intent: Intent, error: RemitError) -> Draft:
    """An intent that came to no decision: the payload, a fact or the approval was not good enough for one."""
    body: JsonObject = {
        "key": intent.key,
        "step": intent.step,
        "agent": intent.agent,
        "tool": intent.tool,
        "error": error.code,
        "message": error.message,
        "reasons": [reason.model_dump(mode="json") for reason in error.reasons],
    }
    return Draft(kind=Kind.INTENT_REFUSED, body=body)


def decided(intent: Intent, decision: Decision, engine: str, latency_ms: int) -> Draft:
    """The decision as the engine made it, and beside it whose it is and how long it took."""
    body: JsonObject = {"key": intent.key, "step": intent.step, "agent": intent.agent, "tool": intent.tool}
    body |= {**decision.model_dump(mode="json", exclude={"shadow"}), "engine": engine, "latency_ms": latency_ms}
    if decision.shadow:
        body["shadow"] = [trial.model_dump(mode="json", exclude_none=True) for trial in decision.shadow]
    return Draft(kind=Kind.DECISION_MADE, body=body)


def minted(warrant: Warrant, reserved: tuple[Reservation, ...] = ()) -> Draft:
    """With what was drawn from budgets for it."""
    body: JsonObject = {"warrant": warrant.id, **warrant.model_dump(mode="json", exclude={"id"})}
    return Draft(
        kind=Kind.WARRANT_MINTED, body=body | ({"reserved": [each.model_dump(mode="json") for each in reserved]} if reserved else {})
    )


def voided(warrant: str, why: str) -> Draft:
    """A warrant that can never be used: nothing was done under it."""
    return Draft(kind=Kind.WARRANT_VOIDED, body={"warrant": warrant, "why": why})


def outcome(intent: Intent, receipt: Receipt, labels: Labels) -> list[Draft]:
    """What was done, what the read-back said of it, and what that carries."""
    what: JsonObject = {"agent": intent.agent, "tool": intent.tool}
    executed: JsonObject = {"warrant": receipt.warrant, **what, "executed_as": receipt.executed_as, "requester": intent.requester.arn}
    if intent.delegator is not None:
        executed["delegator"] = intent.delegator.name
        executed |= receipt.model_dump(mode="json", include={"session_tags", "source_identity"})
    seen = receipt.model_dump(mode="json", exclude={"executed_as", "session_tags", "source_identity"})
    verified: JsonObject = {**what, **seen, "labels": labels.model_dump(mode="json")}
    return [Draft(kind=Kind.ACTION_EXECUTED, body=executed), Draft(kind=Kind.OUTCOME_VERIFIED, body=verified)]


def undone(intent: Intent, undoes: Undoes) -> Draft:
    """In the record of the run whose action it was: undone, by this intent of another run."""
    body: JsonObject = {"warrant": undoes.key, "agent": intent.agent, "tool": intent.tool, "by": {"run": intent.run, "key": intent.key}}
    return Draft(kind=Kind.ACTION_UNDONE, body=body)
