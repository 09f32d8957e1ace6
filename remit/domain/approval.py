"""A human's answer to one escalation, bound to the payload's digest."""

import hashlib
from datetime import datetime, timedelta
from enum import StrEnum

from remit.domain.charter import Charter
from remit.domain.decision import Decision, Evidence, FactUsed
from remit.domain.errors import LinkRefused, Reason
from remit.domain.intent import Intent
from remit.domain.model import Model
from remit.domain.wording import Wording


class ApprovalStatus(StrEnum):
    PENDING = "PENDING"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"


class Verdict(StrEnum):
    APPROVE = "approve"
    REJECT = "reject"


class Approval(Model):
    """One question to one route. `id` is the intent's key, `facts` what the decision to ask rested on."""

    id: str
    domain: str
    intent: Intent
    route: str
    wording: Wording
    reasons: tuple[Reason, ...]
    facts: tuple[FactUsed, ...]
    payload_digest: str
    status: ApprovalStatus
    requested_at: datetime
    expires_at: datetime
    answered_by: str | None = None
    answered_at: datetime | None = None
    comment: str = ""

    @property
    def evidence(self) -> Evidence:
        """The real evidence. Raises ValueError before the approval is given."""
        if self.status is not ApprovalStatus.APPROVED or self.answered_by is None:
            raise ValueError(f"approval {self.id} is {self.status}")
        return Evidence(route=self.route, approvers=(self.answered_by,))

    def open_at(self, now: datetime) -> bool:
        return self.status is ApprovalStatus.PENDING and now < self.expires_at

    def answered(self, verdict: Verdict, by: str, comment: str, now: datetime) -> "Approval":
        """The answered approval. Raises LinkRefused if it is no longer open."""
        if not self.open_at(now):
            raise LinkRefused("This question is no longer open.")
        status = ApprovalStatus.APPROVED if verdict is Verdict.APPROVE else ApprovalStatus.REJECTED
        return self.model_copy(update={"status": status, "answered_by": by, "answered_at": now, "comment": comment})


class Link(Model):
    """One approver's way to one approval. Only the token's hash is kept."""

    token_hash: str
    approval: str
    approver: str
    expires_at: datetime


def request_approval(charter: Charter, intent: Intent, decision: Decision, wording: Wording, now: datetime) -> Approval:
    """The open question that an ESCALATE decision asks of its route. Raises ValueError for any other decision."""
    if decision.route is None:
        raise ValueError("only an ESCALATE decision asks for an approval")
    return Approval(
        id=intent.key,
        domain=charter.domain,
        intent=intent,
        route=decision.route,
        wording=wording,
        reasons=decision.reasons,
        facts=decision.facts,
        payload_digest=intent.payload_digest,
        status=ApprovalStatus.PENDING,
        requested_at=now,
        expires_at=now + timedelta(seconds=charter.routes[decision.route].expires_after_seconds),
    )


def hash_token(token: str) -> str:
    """SHA-256 of an opaque link token: the only form in which it is stored."""
    return hashlib.sha256(token.encode()).hexdigest()
