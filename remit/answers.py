"""What the deployed API returns, as its Python callers see it."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict


class Answer(BaseModel):
    """What the API returns; fields that a newer API adds are kept and do no harm."""

    model_config = ConfigDict(frozen=True, extra="allow")


class Reason(Answer):
    policy: str
    reason: str


class Receipt(Answer):
    """What was done under a warrant, as whom, and what the read-back said."""

    warrant: str
    executed_as: str
    verification: str
    expected: dict[str, Any]
    observed: dict[str, Any] | None = None
    note: str = ""


class Started(Answer):
    run: str
    status: str


class Outcome(Answer):
    """How a run ended for its requester."""

    outcome: str
    error: str | None = None
    message: str = ""
    reasons: tuple[Reason, ...] = ()
    receipt: Receipt | None = None
    say: str | None = None


class Entry(Answer):
    """One line of the run's ledger."""

    run: str
    seq: int
    at: datetime
    kind: str
    body: dict[str, Any]
    previous: str
    hash: str


class Run(Answer):
    run: str
    workflow: str
    status: str
    outcome: Outcome | None = None
    entries: tuple[Entry, ...] = ()

    @property
    def stands(self) -> str:
        return self.status

    @property
    def act(self) -> "Act":
        """What came of its one governed action, as POST /intents would answer now."""
        if self.outcome is not None:
            return Act(run=self.run, **self.outcome.model_dump())
        if self.question is None:
            return Act(run=self.run, outcome="RUNNING")
        asked = {name: self.question[name] for name in ("approval", "route", "expires_at", "reasons") if name in self.question}
        return Act.model_validate({"run": self.run, "outcome": "WAITING", **asked})

    @property
    def ended(self) -> bool:
        return self.status != "RUNNING"

    @property
    def question(self) -> dict[str, Any] | None:
        """What the run asked a human and has no answer to yet."""
        waiting: dict[Any, dict[str, Any]] = {}
        for entry in self.entries:
            if entry.kind in {"approval.requested", "approval.renewed"}:
                waiting[entry.body.get("approval")] = entry.body
            elif entry.kind in {"approval.decided", "approval.superseded", "approval.withdrawn"}:
                waiting.pop(entry.body.get("approval"), None)
        return None if self.ended else next(iter(waiting.values()), None)


class UndoneStep(Answer):
    """One action of a run, and whether it stands: OPEN, IN_DOUBT, UNDONE, IRREVERSIBLE or UNVERIFIED, and why."""

    key: str
    agent: str
    tool: str
    payload: dict[str, Any]
    standing: str
    why: str = ""
    observed: dict[str, Any] | None = None


class Attempt(Answer):
    """The run that was last to undo another one."""

    run: str
    status: str
    outcome: Outcome | None = None
    question: dict[str, Any] | None = None


class Redacted(Answer):
    """The transcripts that are gone, by name."""

    run: str
    transcripts: tuple[str, ...]


class Undo(Answer):
    """How far a run has been undone, the last of its actions first."""

    run: str
    attempt: Attempt | None = None
    steps: tuple[UndoneStep, ...] = ()


class Act(Answer):
    """One governed action: DONE with a receipt, WAITING for an approval, REFUSED with reasons, or FAILED; RUNNING if that is not known yet.

    `poll` is where to ask again, relative to the address of the request.
    """

    run: str
    outcome: str
    receipt: Receipt | None = None
    approval: str | None = None
    route: str | None = None
    expires_at: datetime | None = None
    poll: str | None = None
    error: str | None = None
    message: str = ""
    reasons: tuple[Reason, ...] = ()

    @property
    def stands(self) -> str:
        return self.outcome

    @property
    def over(self) -> bool:
        return self.outcome not in {"WAITING", "RUNNING"}


class OfferedTool(Answer):
    """A tool that an agent may call; `parameters` is the JSON schema of its payload."""

    name: str
    description: str
    effect: str
    reach: str
    parameters: dict[str, Any]


class Catalogue(Answer):
    """What an agent may call."""

    agent: str
    domain: str
    description: str
    tools: tuple[OfferedTool, ...]


class Suspension(Answer):
    """Who stopped an agent, when and why."""

    reason: str
    by: str
    at: datetime


class Agent(Answer):
    """A deployed agent; `suspended` is None while it may act."""

    agent: str
    domain: str
    suspended: Suspension | None = None


class Agents(Answer):
    agents: tuple[Agent, ...]
