"""Runs as the API returns them, for tests of what is shown."""

from datetime import UTC, datetime, timedelta
from typing import Any

from remit.answers import Entry, Run

START = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
ARN = "arn:aws:sts::000000000000:assumed-role/remit-local-refunds-support-agent/run-77"
FORBID = {"policy": "refunds.over-autonomy", "reason": "A refund above $500.00 needs the approval of finance or risk."}
PERMIT = {"policy": "refunds.matrix.support", "reason": "The matrix permits it."}
FACTS = [{"id": "accounts/A-100", "version": 1}, {"id": "orders/O-1002", "version": 3}]
PAYLOAD = {"account_id": "A-100", "order_id": "O-1002", "amount": 120000, "currency": "USD", "reason": "wrong item"}
EVIDENCE = {"route": "finance", "approvers": ["finance@example.com"]}
VOICE = {"approver": "finance@example.com", "by": "finance@example.com", "known_as": "link"}
ESCALATED: list[tuple[float, str, dict[str, Any]]] = [
    (
        0,
        "run.started",
        {"workflow": "refunds", "requester": {"arn": "arn:aws:iam::000000000000:user/ada"}, "input": {"message": "Please."}},
    ),
    (
        0.8,
        "model.called",
        {
            "model": "nova",
            "prompt": {"name": "support", "version": "v1", "digest": "d" * 64},
            "usage": {"input_tokens": 310, "output_tokens": 42},
            "latency_ms": 95,
            "proposal": {"tool": "refunds.issue_refund"},
        },
    ),
    (0.8, "intent.proposed", {"agent": "support", "tool": "refunds.issue_refund", "payload": PAYLOAD, "step": "govern-1"}),
    (1.1, "decision.made", {"outcome": "ESCALATE", "route": "finance", "reasons": [FORBID], "facts": FACTS, "policy_set": "5" * 64}),
    (1.1, "approval.requested", {"approval": "ap-1", "route": "finance", "approvers": ["finance@example.com"], "expires_at": "13:00"}),
    (1.3, "approval.mailed", {"approval": "ap-1", "to": "finance@example.com", "message_id": "m-1"}),
]
ANSWERED: list[tuple[float, str, dict[str, Any]]] = [
    (75, "approval.answered", {"approval": "ap-1", **VOICE, "verdict": "approve", "comment": "Fine."}),
    (75, "approval.decided", {"approval": "ap-1", "status": "APPROVED", "answered_by": ["finance@example.com"], "comment": "Fine."}),
    (75.2, "decision.made", {"outcome": "ALLOW", "reasons": [PERMIT], "facts": FACTS, "policy_set": "5" * 64, "approval": EVIDENCE}),
    (75.2, "warrant.minted", {"warrant": "w" * 40, "payload_digest": "e" * 64, "expires_at": "09:06"}),
    (3700, "action.executed", {"tool": "refunds.issue_refund", "executed_as": ARN, "warrant": "w" * 40}),
    (
        3701,
        "outcome.verified",
        {"warrant": "w" * 40, "tool": "refunds.issue_refund", "verification": "MATCH", "observed": {"amount": 120000}},
    ),
    (3702, "run.finished", {"outcome": "DONE", "error": None}),
]
RECEIPT = {"warrant": "w" * 40, "executed_as": ARN, "verification": "MATCH", "expected": {}, "observed": {}}


def entries(told: list[tuple[float, str, dict[str, Any]]]) -> tuple[Entry, ...]:
    return tuple(
        Entry(run="run-77", seq=seq, at=START + timedelta(seconds=after), kind=kind, body=body, previous="", hash="")
        for seq, (after, kind, body) in enumerate(told)
    )


def waiting() -> Run:
    return Run(run="run-77", workflow="refunds", status="RUNNING", entries=entries(ESCALATED))


def paid(say: str | None = None) -> Run:
    outcome = {"outcome": "DONE", "receipt": RECEIPT, "say": say}
    told = entries(ESCALATED + ANSWERED)
    return Run.model_validate({"run": "run-77", "workflow": "refunds", "status": "SUCCEEDED", "outcome": outcome, "entries": told})


def rejected() -> Run:
    outcome = {"outcome": "REFUSED", "error": "Remit.ApprovalRejected", "message": "No."}
    return Run.model_validate({"run": "run-77", "workflow": "refunds", "status": "SUCCEEDED", "outcome": outcome, "entries": []})


def spoken(say: str) -> Run:
    """A run in which the model did nothing but speak."""
    outcome = {"outcome": "ANSWERED", "say": say}
    return Run.model_validate({"run": "run-77", "workflow": "refunds", "status": "SUCCEEDED", "outcome": outcome, "entries": []})
