"""The single-use permission to do exactly this payload once, and what came of it."""

from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import Field

from remit.domain.canonical import digest
from remit.domain.delegation import Delegator
from remit.domain.errors import WarrantRefused
from remit.domain.intent import Intent
from remit.domain.labels import UNKNOWN, Labels
from remit.domain.model import JsonObject, Model

LIFETIME = timedelta(minutes=5)


class Warrant(Model):
    """`delegator` is the person whose tenant and name the executor's credentials are narrowed to; `labels` are what the payload
    carries, and so whatever is sent with it."""

    id: str
    run: str
    agent: str
    tool: str
    payload_digest: str
    expires_at: datetime
    delegator: Delegator | None = None
    labels: Labels = UNKNOWN

    def check(self, agent: str, payload: JsonObject) -> None:
        """Raises WarrantRefused unless this warrant covers this agent and this payload. Its expiry is checked where it is consumed."""
        if agent != self.agent:
            raise WarrantRefused(f"The warrant is agent '{self.agent}''s, not '{agent}''s.")
        if digest(payload) != self.payload_digest:
            raise WarrantRefused("The payload is not the one that the warrant was minted for.")


def mint(intent: Intent, now: datetime, labels: Labels = UNKNOWN) -> Warrant:
    """One warrant for one intent; its id is the intent's key, so a second one cannot exist beside it. It ends with the delegation."""
    delegator = intent.delegator
    return Warrant(
        id=intent.key,
        run=intent.run,
        agent=intent.agent,
        tool=intent.tool,
        payload_digest=intent.payload_digest,
        expires_at=now + LIFETIME if delegator is None else min(now + LIFETIME, delegator.expires_at),
        delegator=delegator,
        labels=labels,
    )


class Verification(StrEnum):
    MATCH = "MATCH"
    DRIFT = "DRIFT"
    UNKNOWN = "UNKNOWN"


class Receipt(Model):
    """What was done under a warrant, as whom, and what the read-back, which is another's word, said. A repeat that only looks has no
    `tool_ms`. `session_tags` and `source_identity` are those of both sessions."""

    warrant: str
    executed_as: str
    read_back_as: str
    session_tags: dict[str, str] = Field(default_factory=dict)
    source_identity: str | None = None
    verification: Verification
    expected: JsonObject
    observed: JsonObject | None = None
    note: str = ""
    tool_ms: int = 0
    read_back_ms: int = 0
