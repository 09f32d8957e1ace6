"""What each event of a governed action says in the ledger."""

from remit.domain.approval import Approval
from remit.domain.decision import Decision
from remit.domain.errors import RemitError
from remit.domain.intent import Intent
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


def requested(approval: Approval, approvers: tuple[str, ...]) -> Draft:
    body: JsonObject = {
        "approval": approval.id,
        "route": approval.route,
        "approvers": list(approvers),
        "reasons": [reason.model_dump(mode="json") for reason in approval.reasons],
        "payload_digest": approval.payload_digest,
        "expires_at": approval.expires_at.isoformat(),
    }
    return Draft(kind=Kind.APPROVAL_REQUESTED, body=body)


def mailed(approval: Approval, to: str, message_id: str) -> Draft:
    return Draft(kind=Kind.APPROVAL_MAILED, body={"approval": approval.id, "to": to, "message_id": message_id})


def undeliverable(approval: Approval, to: str, why: str) -> Draft:
    return Draft(kind=Kind.APPROVAL_UNDELIVERABLE, body={"approval": approval.id, "route": approval.route, "to": to, "why": why})


def answered(approval: Approval) -> Draft:
    body: JsonObject = {
        "approval": approval.id,
        "route": approval.route,
        "status": approval.status.value,
        "answered_by": approval.answered_by,
        "comment": approval.comment,
        "waited_seconds": _waited(approval),
    }
    return Draft(kind=Kind.APPROVAL_DECIDED, body=body)


def minted(warrant: Warrant) -> Draft:
    return Draft(kind=Kind.WARRANT_MINTED, body={"warrant": warrant.id, **warrant.model_dump(mode="json", exclude={"id"})})


def outcome(intent: Intent, receipt: Receipt) -> list[Draft]:
    """What was done, and what the read-back said of it."""
    what: JsonObject = {"agent": intent.agent, "tool": intent.tool}
    executed: JsonObject = {"warrant": receipt.warrant, **what, "executed_as": receipt.executed_as}
    verified: JsonObject = {**what, **receipt.model_dump(mode="json", exclude={"executed_as"})}
    return [Draft(kind=Kind.ACTION_EXECUTED, body=executed), Draft(kind=Kind.OUTCOME_VERIFIED, body=verified)]


def _waited(approval: Approval) -> int | None:
    return None if approval.answered_at is None else int((approval.answered_at - approval.requested_at).total_seconds())
