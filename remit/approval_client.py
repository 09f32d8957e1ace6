"""The API of approvals for Python callers: one answers as who one is to AWS."""

from datetime import datetime

from remit.approval_answers import Answered, Deputy
from remit.client import Part, named


class ApprovalClient(Part):
    """Whose answers count is the charter's to say: `approvers` has who each approver is to AWS."""

    def show(self, approval: str) -> Answered:
        """The question with its answers, and how it stands for the caller."""
        return self._client.get(Answered, _path(approval, "answers"), {})

    def answer(self, question: Answered, verdict: str, comment: str) -> Answered:
        """Answer the question as it was shown: another payload's is refused."""
        body = {"verdict": verdict, "comment": comment, "payload_digest": question.payload_digest}
        return self._client.post(Answered, _path(question.id, "answers"), body)

    def hand_over(self, approval: str, to: str, until: datetime) -> Deputy:
        """Let somebody else of the charter's approvers answer this question too."""
        return self._client.post(Deputy, _path(approval, "deputies"), {"to": to, "until": until.isoformat()})

    def away(self, to: str, until: datetime) -> Deputy:
        """Have somebody else of the charter's approvers asked in the caller's place."""
        return self._client.post(Deputy, "/deputies", {"to": to, "until": until.isoformat()})


def _path(approval: str, what: str) -> str:
    return named("approvals", approval, what)
