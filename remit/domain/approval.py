"""A question to humans, bound to the payload's digest: who may answer it now, what their answers make of it, and what time does."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from remit.domain.ballot import LINK, Answer, Ballot, Verdict
from remit.domain.case import Evidence
from remit.domain.charter import Charter
from remit.domain.decision import Decision, FactUsed
from remit.domain.errors import Reason
from remit.domain.fact_change import FactChange, joined
from remit.domain.intent import Intent
from remit.domain.labels import UNKNOWN, Labels
from remit.domain.model import Model
from remit.domain.route import Apart, Level, Route, Stage, approvers_of, known_by_arn, known_by_name, resolved, signed_in
from remit.domain.tool_spec import ToolSpec
from remit.domain.wording import Wording


class ApprovalStatus(StrEnum):
    PENDING = "PENDING"
    HELD = "HELD"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"
    EXPIRED = "EXPIRED"
    SUPERSEDED = "SUPERSEDED"
    WITHDRAWN = "WITHDRAWN"


class Approval(Model):
    """One question to one route. `id` is the intent's key, `facts` what the decision to ask rested on. `stage` counts the stages that
    have agreed, `level` those that were asked besides, `since` when the stage was; `told` has who got the present notice, and
    `answers` what counted in the stages before. `round` counts how often it was asked: anew after each change of a fact that it
    rests on. `version` counts the changes. `labels`: what the payload carries; the worst, where that is not said."""

    id: str
    domain: str
    intent: Intent
    route: str
    wording: Wording
    reasons: tuple[Reason, ...]
    facts: tuple[FactUsed, ...]
    payload_digest: str
    labels: Labels = UNKNOWN
    stages: tuple[Stage, ...]
    barred: tuple[str, ...] = ()
    step_up: bool = False
    remind_after_seconds: int | None = None
    requested_at: datetime
    expires_at: datetime
    status: ApprovalStatus = ApprovalStatus.PENDING
    stage: int = 0
    level: int = 0
    since: datetime
    noticed_at: datetime
    told: tuple[str, ...] = ()
    unreachable: tuple[str, ...] = ()
    answers: tuple[Answer, ...] = ()
    changes: tuple[FactChange, ...] = ()
    round: int = 1
    version: int = 0

    @property
    def named(self) -> tuple[str, str, str]:
        """The domain, the run and the id by which its gate finds it."""
        return self.domain, self.intent.run, self.id

    @property
    def open(self) -> bool:
        """Whether it still waits, for an answer or for whoever holds it."""
        return self.status in {ApprovalStatus.PENDING, ApprovalStatus.HELD}

    @property
    def eligible(self) -> tuple[str, ...]:
        """Whose answer counts now."""
        return tuple(approver for approver in self.stages[self.stage].within(self.level) if approver not in self.barred)

    @property
    def answerable(self) -> bool:
        """Whether each stage can reach its quorum among those whose duties are not kept apart."""
        return all(len(set(stage.everybody) - set(self.barred)) >= stage.quorum for stage in self.stages)

    @property
    def overdue_at(self) -> datetime:
        """By when somebody should have answered: when the stage asks further people, or reminds, or else when half the time is over."""
        further = [level.after_seconds for level in self.stages[self.stage].then[:1]]
        planned = further or ([] if self.remind_after_seconds is None else [self.remind_after_seconds])
        return self.since + timedelta(seconds=planned[0]) if planned else self.requested_at + (self.expires_at - self.requested_at) / 2

    @property
    def evidence(self) -> Evidence:
        """Who approved, of all stages. Raises ValueError before the approval is given."""
        if self.status is not ApprovalStatus.APPROVED:
            raise ValueError(f"approval {self.id} is {self.status}")
        return Evidence(route=self.route, approvers=tuple(answer.voice.by for answer in self.answers))

    @property
    def rejection(self) -> Answer | None:
        return next((answer for answer in self.answers if answer.verdict is Verdict.REJECT), None)

    def takes_answers(self, now: datetime) -> bool:
        return self.status is ApprovalStatus.PENDING and now < self.expires_at

    def counted(self, ballot: Ballot) -> tuple[Answer, ...]:
        """The answers that count: by somebody who may answer, to this payload, in time, and one for each person."""
        seen = Ballot(approval=self.id, stage=self.stage)
        for answer in ballot.answers if (ballot.approval, ballot.stage) == (self.id, self.stage) else ():
            if self.admits(answer) and not seen.heard_from(answer.voice):
                seen = seen.and_then(answer)
        return seen.answers

    def admits(self, answer: Answer) -> bool:
        voice = answer.voice
        apart = not (self.step_up and voice.known_as == LINK) and not {voice.approver, voice.by, voice.known_as}.intersection(self.barred)
        to_this = (answer.payload_digest, answer.round) == (self.payload_digest, self.round)
        return apart and voice.approver in self.eligible and to_this and answer.at < self.expires_at

    def heard(self, ballot: Ballot, now: datetime) -> "Approval":
        """What the present stage's answers make of it: rejected by one no, on to the next stage, approved by the last, or as it was."""
        counted = self.counted(ballot)
        answers = {"answers": (*self.answers, *counted)}
        agreed = len(counted) >= self.stages[self.stage].quorum
        if not self.open:
            return self
        if self.status is ApprovalStatus.PENDING and any(answer.verdict is Verdict.REJECT for answer in counted):
            return self.moved(status=ApprovalStatus.REJECTED, **answers)
        if now >= self.expires_at:
            return self.moved(status=ApprovalStatus.EXPIRED, **answers)
        if self.status is ApprovalStatus.HELD or not agreed:
            return self
        if self.stage + 1 == len(self.stages):
            return self.moved(status=ApprovalStatus.APPROVED, **answers)
        return self.moved(stage=self.stage + 1, level=0, since=now, noticed_at=now, told=(), **answers)

    @property
    def due_at(self) -> datetime:
        """When time alone next makes something of it, if nobody answers before."""
        return min([self.expires_at, *self._next_moments()])

    def timely(self, now: datetime) -> "Approval":
        """What one step of time has made of it while it is open: the next level is asked as well, where those asked were silent for
        too long or too few of them can be reached; those asked are reminded; or nothing."""
        level = self._next_level()
        if self.status is not ApprovalStatus.PENDING or now >= self.expires_at:
            return self
        if level is not None and (self.stranded or now >= self._since_stage(level)):
            return self.moved(level=self.level + 1)
        if self.remind_after_seconds is not None and now >= self._reminds_at(self.remind_after_seconds):
            return self.moved(noticed_at=now, told=())
        return self

    @property
    def stranded(self) -> bool:
        """Whether fewer can be reached than have to agree."""
        return len(set(self.eligible) - set(self.unreachable)) < self.stages[self.stage].quorum

    def _next_moments(self) -> Iterator[datetime]:
        if self.status is ApprovalStatus.PENDING:
            if (level := self._next_level()) is not None:
                yield self._since_stage(level)
            if self.remind_after_seconds is not None:
                yield self._reminds_at(self.remind_after_seconds)

    def _next_level(self) -> Level | None:
        levels = self.stages[self.stage].then
        return levels[self.level] if self.level < len(levels) else None

    def _since_stage(self, level: Level) -> datetime:
        return self.since + timedelta(seconds=level.after_seconds)

    def _reminds_at(self, seconds: int) -> datetime:
        return self.noticed_at + timedelta(seconds=seconds)

    def held(self, *changes: FactChange) -> "Approval":
        """It takes no answers until the gate has looked at what changed."""
        return self.moved(status=ApprovalStatus.HELD, changes=joined(*self.changes, *changes))

    def superseded(self, *changes: FactChange) -> "Approval":
        """It has come to nothing: the gate decided anew, and nobody has to answer."""
        return self.moved(status=ApprovalStatus.SUPERSEDED, changes=joined(*self.changes, *changes))

    def withdrawn(self) -> "Approval":
        """Nobody waits for the answer any more."""
        return self.moved(status=ApprovalStatus.WITHDRAWN)

    def asked_anew(self, question: "Approval", *changes: FactChange) -> "Approval":
        """The same question as it is to be asked now; what was said to it before counts no more."""
        again = {"round": self.round + 1, "changes": joined(*self.changes, *changes), "version": self.version + 1}
        return question.model_copy(update=again)

    def moved(self, **changes: Any) -> "Approval":  # noqa: ANN401 - any field's value
        """The same question after one change."""
        return self.model_copy(update={**changes, "version": self.version + 1})


def request_approval(charter: Charter, intent: Intent, decision: Decision, wording: Wording, now: datetime) -> Approval:
    """The open question that an ESCALATE decision asks of its route. Raises ValueError for any other decision."""
    if decision.route is None:
        raise ValueError("only an ESCALATE decision asks for an approval")
    route = charter.routes[decision.route]
    return Approval(
        id=intent.key,
        domain=charter.domain,
        intent=intent,
        route=decision.route,
        wording=wording,
        reasons=decision.reasons,
        facts=decision.facts,
        payload_digest=intent.payload_digest,
        labels=decision.carried.labels,
        stages=resolved(route, charter.panels),
        barred=(*_barred(route, intent, charter), *_not_the_owner(route, decision, charter.tools[intent.tool], charter)),
        step_up=route.step_up,
        remind_after_seconds=route.remind_after_seconds,
        requested_at=now,
        expires_at=now + timedelta(seconds=route.expires_after_seconds),
        since=now,
        noticed_at=now,
    )


def _not_the_owner(route: Route, decision: Decision, tool: ToolSpec, charter: Charter) -> tuple[str, ...]:
    """On what is somebody's own, nobody else has a say."""
    if tool.owner is None:
        return ()
    name, _, attribute = tool.owner.partition(".")
    owners = {fact.attributes[attribute] for fact in decision.facts if fact.name == name}
    return tuple(address for address in approvers_of(route, charter.panels) if address not in owners)


def _barred(route: Route, intent: Intent, charter: Charter) -> tuple[str, ...]:
    """Who may not answer, by address and by identity."""
    requester, delegator = intent.requester.arn, intent.delegator
    barred: dict[Apart, tuple[str, ...]] = {Apart.REQUESTER: (requester, *known_by_arn(requester, charter.approvers))}
    if delegator is not None:
        barred[Apart.DELEGATOR] = (signed_in(delegator.name), *known_by_name(delegator.name, charter.approvers))
    return tuple(dict.fromkeys(who for apart in route.never for who in barred.get(apart, ())))
