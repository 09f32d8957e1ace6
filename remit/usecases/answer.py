"""A human's answer: looking decides nothing, only an answer by somebody who may give it does, and only once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Self

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from remit.approval_ports import Approvals, CastBallot, NoteOpened, RequireOpen
from remit.domain.agent import Suspension
from remit.domain.approval import Approval
from remit.domain.ballot import LINK, Answer, Ballot, Comment, Verdict, Voice
from remit.domain.deputy import Deputy
from remit.domain.errors import Conflict, LinkRefused
from remit.domain.link import Link, hash_token
from remit.domain.model import Model
from remit.domain.route import ApproverSpec
from remit.domain.situation import Situation, Stands, situation
from remit.ports import Clock, Entropy, Gate
from remit.record_ports import Records, RequireActive
from remit.usecases import approval_entries as entries

_TRIES = 5
# No agent's name: what is looked up where there is no question, so that there is as much to read.
_NOBODY = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalPorts:
    """`account` is the deployment's own; `known` has, for each of its domains, everybody who can ever answer."""

    approvals: Approvals
    records: Records
    gate: Gate
    clock: Clock
    entropy: Entropy
    account: str
    known: Mapping[str, Mapping[str, ApproverSpec]]

    @property
    def domains(self) -> tuple[str, ...]:
        return tuple(self.known)


class Opinion(Model):
    """What somebody answers; a no says why."""

    verdict: Verdict
    comment: Comment = ""

    @model_validator(mode="after")
    def _a_no_says_why(self) -> Self:
        if self.verdict is Verdict.REJECT and not self.comment.strip():
            raise PydanticCustomError("no_reason", "comment: a rejection says why: the agent is told")
        return self


class Given(Opinion):
    """What the form says; `token` is the mailed one."""

    token: str = ""


class Seen(Model):
    """A question behind a link, with what has been answered at its present stage."""

    approval: Approval
    link: Link
    ballot: Ballot
    suspension: Suspension | None = None
    deputy: Deputy | None = None

    @property
    def voice(self) -> Voice:
        return Voice(approver=self.link.approver, by=self.link.by, known_as=LINK)

    def asked(self, now: datetime) -> bool:
        """Whether the link is the way to the question as it is asked now, and its holder is still who is to answer."""
        link, deputy = self.link, self.deputy
        if link.by != link.approver and not (deputy is not None and deputy.to == link.by and deputy.stands(now)):
            return False
        return link.answers(self.approval)

    def situation(self, now: datetime) -> Situation:
        seen = situation(self.approval, self.ballot, self.voice, self.suspension, now, asked=self.asked(now))
        older = self.link.round < self.approval.round and seen.stands is Stands.ANSWERED
        return seen.model_copy(update={"stands": Stands.RENEWED}) if older else seen


def waiting(ports: ApprovalPorts) -> tuple[Approval, ...]:
    """The questions of all domains that still wait, oldest first."""
    now = ports.clock.now()
    found = [approval for domain in ports.domains for approval in ports.approvals.open_in(domain) if now < approval.expires_at]
    return tuple(sorted(found, key=attrgetter("requested_at")))


def look(approval_id: str, token: str, ports: ApprovalPorts) -> Seen:
    """The question behind a link. Raises LinkRefused, in the same words and after the same reads whatever is wrong with the link."""
    link = ports.approvals.link(hash_token(token))
    approval = ports.approvals.approval(approval_id)
    ballot = ports.approvals.ballot(approval_id, 0 if approval is None else approval.stage)
    deputy = ports.approvals.deputy(_NOBODY if link is None else link.approver, approval_id)
    suspension = ports.approvals.suspension(_NOBODY if approval is None else approval.intent.agent)
    if link is None or approval is None or link.approval != approval.id or ports.clock.now() >= link.expires_at:
        raise _refused()
    return Seen(approval=approval, link=link, ballot=ballot, suspension=suspension, deputy=deputy)


def opened(seen: Seen, ports: ApprovalPorts) -> None:
    """Record, once for each who was asked, that the page was fetched. Raises Unavailable."""
    try:
        ports.records.commit(seen.approval.intent.run, [NoteOpened(link=seen.link)], [entries.opened(seen.approval, seen.link)])
    except Conflict:
        return


def answer(approval_id: str, given: Given, ports: ApprovalPorts) -> Approval:
    """Record the answer, then let the gate go on. Raises LinkRefused if link and question do not take it, AgentSuspended."""
    seen = look(approval_id, given.token, ports)
    if not seen.asked(ports.clock.now()):
        raise _refused()
    return cast(seen.approval, seen.ballot, seen.voice, given, ports)


def cast(approval: Approval, ballot: Ballot, voice: Voice, given: Opinion, ports: ApprovalPorts) -> Approval:
    """One answer on the ballot: consumed by the write that records it, before anything comes of it. Returns the question as its
    answers make it now. Raises LinkRefused, AgentSuspended, Unavailable."""
    to = {"payload_digest": approval.payload_digest, "round": approval.round}
    for _ in range(_TRIES):
        said = Answer.model_validate({"voice": voice, "verdict": given.verdict, "comment": given.comment, "at": ports.clock.now(), **to})
        if _taken(approval, ballot, said, ports):
            heard = approval.heard(ballot.and_then(said), said.at)
            if heard is not approval:
                ports.gate.resume(*approval.named)
            return heard
        again = ports.approvals.approval(approval.id)
        if again is None or (again.stage, again.round) != (approval.stage, approval.round):
            raise _refused()
        approval = again
        ballot = ports.approvals.ballot(approval.id, approval.stage)
    raise _refused()


def _taken(approval: Approval, ballot: Ballot, said: Answer, ports: ApprovalPorts) -> bool:
    """False if somebody else answered at the same moment."""
    if approval.heard(ballot, said.at) is not approval and approval.open:
        # All have answered, and a crash may have come before the gate was woken: it takes a second nudge without harm.
        ports.gate.resume(*approval.named)
        raise _refused()
    if not approval.takes_answers(said.at) or not approval.admits(said) or ballot.of_round(said.round).heard_from(said.voice):
        raise _refused()
    heard = approval.heard(ballot.and_then(said), said.at)
    drafts = [entries.answered(approval, said), *([] if heard.open else [entries.decided(heard)])]
    changes = [
        RequireActive(agent=approval.intent.agent),
        RequireOpen(approval=approval.id, stage=approval.stage, round=approval.round),
        CastBallot(ballot=ballot.and_then(said)),
    ]
    try:
        ports.records.commit(approval.intent.run, changes, drafts)
    except Conflict:
        return False
    return True


def _refused() -> LinkRefused:
    return LinkRefused("This link decides nothing, or nothing any more. Open it again from the mail to see how the question stands.")
