"""The append-only record of a run: every entry carries the hash of the one before it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum

from remit.domain.canonical import digest
from remit.domain.model import JsonObject, Model

GENESIS = "0" * 64


class Kind(StrEnum):
    RUN_STARTED = "run.started"
    MODEL_CALLED = "model.called"
    INTENT_PROPOSED = "intent.proposed"
    INTENT_REFUSED = "intent.refused"
    DECISION_MADE = "decision.made"
    APPROVAL_REQUESTED = "approval.requested"
    APPROVAL_MAILED = "approval.mailed"
    APPROVAL_UNDELIVERABLE = "approval.undeliverable"
    APPROVAL_OPENED = "approval.opened"
    APPROVAL_ANSWERED = "approval.answered"
    APPROVAL_ADVANCED = "approval.advanced"
    APPROVAL_ESCALATED = "approval.escalated"
    APPROVAL_REMINDED = "approval.reminded"
    APPROVAL_DECIDED = "approval.decided"
    DEPUTY_APPOINTED = "deputy.appointed"
    APPROVAL_HELD = "approval.held"
    APPROVAL_RENEWED = "approval.renewed"
    APPROVAL_SUPERSEDED = "approval.superseded"
    APPROVAL_WITHDRAWN = "approval.withdrawn"
    WARRANT_MINTED = "warrant.minted"
    WARRANT_VOIDED = "warrant.voided"
    ACTION_EXECUTED = "action.executed"
    OUTCOME_VERIFIED = "outcome.verified"
    MESSAGE_SENT = "message.sent"
    OUTCOME_REPORTED = "outcome.reported"
    ACTION_UNDONE = "action.undone"
    TRANSCRIPT_REDACTED = "transcript.redacted"
    RUN_HELD = "run.held"
    RUN_FINISHED = "run.finished"
    AGENT_SUSPENDED = "agent.suspended"
    AGENT_RESUMED = "agent.resumed"
    DELEGATION_REVOKED = "delegation.revoked"
    FACT_CHANGED = "fact.changed"
    FACT_CLAIMED = "fact.claimed"
    FACT_HELD = "fact.held"


class Draft(Model):
    """What is to be recorded; its place in the chain is found when it is written."""

    kind: Kind
    body: JsonObject


class Entry(Model):
    run: str
    seq: int
    at: datetime
    kind: Kind
    body: JsonObject
    previous: str
    hash: str


def chain(run: str, head: Entry | None, drafts: Iterable[Draft], now: datetime) -> tuple[Entry, ...]:
    """The drafts as the entries that follow `head` (None: the run's first)."""
    entries: list[Entry] = []
    for draft in drafts:
        head = _next(run, head, draft, now)
        entries.append(head)
    return tuple(entries)


def broken_link(entries: Sequence[Entry]) -> Entry | None:
    """The first entry that does not follow from the one before it, or None if the chain holds from its beginning."""
    previous, seq = GENESIS, 0
    for entry in entries:
        if entry.seq != seq or entry.previous != previous or not is_intact(entry):
            return entry
        previous, seq = entry.hash, seq + 1
    return None


def is_intact(entry: Entry) -> bool:
    """Whether the entry's content gives its hash."""
    return entry.hash == _hash(entry.run, entry.seq, entry.at, entry, entry.previous)


def _next(run: str, head: Entry | None, draft: Draft, now: datetime) -> Entry:
    seq, previous = (0, GENESIS) if head is None else (head.seq + 1, head.hash)
    own = _hash(run, seq, now, draft, previous)
    return Entry(run=run, seq=seq, at=now, kind=draft.kind, body=draft.body, previous=previous, hash=own)


def _hash(run: str, seq: int, at: datetime, what: Draft | Entry, previous: str) -> str:
    """Over the entry as it is written, without the hash itself."""
    written = at.isoformat().replace("+00:00", "Z")
    return digest({"run": run, "seq": seq, "at": written, "kind": what.kind, "body": what.body, "previous": previous})
