"""An approver's own way to a question: a token that is mailed once and kept as a hash."""

import hashlib
from datetime import datetime, timedelta

from remit.domain.approval import Approval
from remit.domain.model import Model

# How long a link still shows what became of a question that has expired.
_SHOWN_AFTERWARDS = timedelta(days=7)


class Link(Model):
    """One approver's way to one stage of one question as it was asked then, for one payload; `by` is who was mailed it. Only the
    token's hash is kept."""

    token_hash: str
    approval: str
    stage: int
    approver: str
    by: str
    payload_digest: str
    round: int = 1
    expires_at: datetime

    def answers(self, approval: Approval) -> bool:
        """Whether it is the way to the question as it is asked now."""
        return (self.stage, self.round, self.payload_digest) == (approval.stage, approval.round, approval.payload_digest)


def make_link(approval: Approval, token: str, approver: str, by: str) -> Link:
    return Link(
        token_hash=hash_token(token),
        approval=approval.id,
        stage=approval.stage,
        approver=approver,
        by=by,
        payload_digest=approval.payload_digest,
        round=approval.round,
        expires_at=approval.expires_at + _SHOWN_AFTERWARDS,
    )


def hash_token(token: str) -> str:
    """SHA-256 of an opaque link token: the only form in which it is stored."""
    return hashlib.sha256(token.encode()).hexdigest()
