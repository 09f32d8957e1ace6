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
    return [*called, Draft(kind=Kind.INTENT_PROPOSED, body=body)]


def refused(intent: Intent, error: RemitError) -> Draft:
    """An intent that came to no decision: the payload, a fact or the approval was not good enough for one."""
    body: JsonObject = {
        "key": intent.key,
        "step": intent.step,
        "error": error.code,
        "message": error.message,
        "reasons": [reason.model_dump(mode="json") for reason in error.reasons],
    }
    return Draft(kind=Kind.INTENT_REFUSED, body=body)


def decided(intent: Intent, decision: Decision) -> Draft:
    body: JsonObject = {"key": intent.key, "step": intent.step, **decision.model_dump(mode="json", exclude={"shadow"})}
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


def answered(approval: Approval) -> Draft:
    body: JsonObject = {
        "approval": approval.id,
        "route": approval.route,
        "status": approval.status.value,
        "answered_by": approval.answered_by,
        "comment": approval.comment,
    }
    return Draft(kind=Kind.APPROVAL_DECIDED, body=body)


def minted(warrant: Warrant) -> Draft:
    return Draft(kind=Kind.WARRANT_MINTED, body={"warrant": warrant.id, **warrant.model_dump(mode="json", exclude={"id"})})


def outcome(tool: str, receipt: Receipt) -> list[Draft]:
    """What was done, and what the read-back said of it."""
    executed: JsonObject = {"warrant": receipt.warrant, "tool": tool, "executed_as": receipt.executed_as}
    verified = receipt.model_dump(mode="json", exclude={"executed_as"})
    return [Draft(kind=Kind.ACTION_EXECUTED, body=executed), Draft(kind=Kind.OUTCOME_VERIFIED, body=verified)]
