"""What waits for one person: like questions together, each still answered and recorded by itself."""

from collections.abc import Sequence

from remit.domain.approval import Approval
from remit.domain.ballot import Comment, Verdict
from remit.domain.errors import AgentSuspended, NotAsked, NotFound, Unavailable
from remit.domain.model import Model
from remit.domain.situation import Situation, Stands
from remit.usecases.answer import ApprovalPorts, waiting
from remit.usecases.identified import Agreed, Person, answer_as, stands


class Like(Model):
    """Questions about one tool, for the same policies."""

    tool: str
    policies: tuple[str, ...]
    questions: tuple[Approval, ...]


class Choice(Model):
    """A question as it was shown."""

    approval: str
    payload_digest: str


class Said(Model):
    """What became of one answer of several; `refused` says why it was not taken."""

    approval: str
    refused: str | None = None


def pending(person: Person, ports: ApprovalPorts) -> tuple[Like, ...]:
    """The questions that the person can answer now, oldest first within their likes. Raises Unavailable."""
    asked = [approval for approval in waiting(ports) if stands(approval.id, person, ports).stands is Stands.OPEN]
    likes: dict[tuple[str, tuple[str, ...]], list[Approval]] = {}
    for approval in asked:
        likes.setdefault((approval.intent.tool, tuple(reason.policy for reason in approval.reasons)), []).append(approval)
    return tuple(Like(tool=tool, policies=policies, questions=tuple(found)) for (tool, policies), found in likes.items())


def one(approval: str, person: Person, ports: ApprovalPorts) -> Situation:
    """A question for whom it is asked, or who answered it. Raises NotFound for everybody else, as for a question that is not there."""
    seen = stands(approval, person, ports)
    if not set(seen.approval.stages[seen.approval.stage].everybody).intersection(person.addresses) and seen.stands is not Stands.OPEN:
        raise NotFound(f"There is no approval '{approval}'.")
    return seen


def answer_all(person: Person, chosen: Sequence[Choice], verdict: Verdict, comment: Comment, ports: ApprovalPorts) -> tuple[Said, ...]:
    """One answer after the other; what is wrong with one stops no other."""
    return tuple(_answered(person, choice, verdict, comment, ports) for choice in chosen)


def _answered(person: Person, choice: Choice, verdict: Verdict, comment: Comment, ports: ApprovalPorts) -> Said:
    try:
        answer_as(person, choice.approval, Agreed(verdict=verdict, comment=comment, payload_digest=choice.payload_digest), ports)
    except (AgentSuspended, NotAsked, NotFound, Unavailable) as refused:
        return Said(approval=choice.approval, refused=refused.message)
    return Said(approval=choice.approval)
