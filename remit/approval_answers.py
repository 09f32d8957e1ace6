"""What the deployed API says of questions to humans, as its Python callers see it."""

from datetime import datetime
from typing import Any

from pydantic import Field

from remit.answers import Answer, Reason


class Intent(Answer):
    run: str
    agent: str
    tool: str
    payload: dict[str, Any]


class Approval(Answer):
    """One question that a human has been asked; `labels`: what its payload carries."""

    id: str
    domain: str
    intent: Intent
    route: str
    reasons: tuple[Reason, ...] = ()
    labels: dict[str, str] = Field(default_factory=dict)
    status: str
    requested_at: datetime
    expires_at: datetime


class Voice(Answer):
    """Whose answer it is, who gave it, and how that is known."""

    approver: str
    by: str
    known_as: str


class Said(Answer):
    """One approver's answer."""

    voice: Voice
    verdict: str
    comment: str
    at: datetime


class Wording(Answer):
    sentence: str


class Answered(Approval):
    """A question with all answers that count; `stands` is how it stands for the caller, OPEN if theirs is asked for."""

    payload_digest: str
    wording: Wording
    stands: str
    answers: tuple[Said, ...] = ()


class Deputy(Answer):
    """Who answers in an approver's place; `approval` is the one question that it is for, if it is for one."""

    approver: str
    to: str
    until: datetime
    approval: str | None = None


class Approvals(Answer):
    approvals: tuple[Approval, ...]
