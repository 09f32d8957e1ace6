"""The client of an agent that runs elsewhere, without an API: it answers as it is told to and remembers what it was asked."""

from collections.abc import Mapping
from typing import Any

from remit.answers import Act, Catalogue, OfferedTool
from remit.client import Credentials, RemitClient
from remit.client_errors import ClientError

SCHEMA = {"type": "object", "properties": {"amount": {"type": "integer"}}, "required": ["amount"], "additionalProperties": False}
PAY = OfferedTool(name="refunds.issue_refund", description="Pay money back.", effect="irreversible", reach="record", parameters=SCHEMA)
LOOK = OfferedTool(name="refunds.look", description="Look at an order.", effect="read", reach="record", parameters=SCHEMA)
ROW = Catalogue(agent="support", domain="refunds", description="Answers customers.", tools=(PAY, LOOK))

_RECEIPT = {"warrant": "w", "executed_as": "arn:role", "verification": "MATCH", "expected": {}, "observed": {"paid": 5}}
DONE = {"outcome": "DONE", "receipt": _RECEIPT}
DENIED = {
    "outcome": "REFUSED",
    "error": "Remit.Denied",
    "message": "No.",
    "reasons": [{"policy": "refunds.over-maximum", "reason": "$5,000.00 is the largest refund."}],
}
WAITS = {"outcome": "WAITING", "approval": "a-1", "route": "finance", "expires_at": "2026-11-28T12:00:00Z"}
UNKNOWN = {"outcome": "FAILED", "error": "Remit.OutcomeUnverified", "message": "Look first."}


class ScriptedClient(RemitClient):
    """`answers` to each new action in order, the last one for ever; `later`: how what waits turns out, look by look."""

    def __init__(self, *answers: Mapping[str, object] | ClientError, later: tuple[Mapping[str, object], ...] = ()) -> None:
        super().__init__("https://api.example", "eu-west-1", Credentials("AKIA", "secret"))
        self._answers, self._later = list(answers), list(later)
        self.asked: list[tuple[str, Mapping[str, Any], str | None]] = []
        self.withdrawn: list[str] = []
        self.looked = 0

    def tools(self, agent: str) -> Catalogue:
        return ROW

    def act(
        self,
        agent: str,
        tool: str,
        payload: Mapping[str, Any],
        key: str | None = None,
        on_behalf_of: str | None = None,
        *,
        scope: Mapping[str, Any] | None = None,
    ) -> Act:
        self.asked.append((tool, payload, key))
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, ClientError):
            raise answer
        return Act.model_validate({"run": f"run-{len(self.asked)}", **answer})

    def intent(self, agent: str, run: str) -> Act:
        self.looked += 1
        return Act.model_validate({"run": run, **(self._later.pop(0) if self._later else WAITS)})

    def withdraw_intent(self, agent: str, run: str) -> Act:
        self.withdrawn.append(run)
        return self.intent(agent, run)
