"""Decisions without a deployment: the gate's own judgement, on facts that somebody states."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import Field

from remit.domain.access import TableSpec
from remit.domain.case import Evidence
from remit.domain.charter import Charter
from remit.domain.decision import Decision, Outcome
from remit.domain.delegation import Delegator
from remit.domain.errors import Denied, Reason, Refusal
from remit.domain.fact import Fact, make_fact
from remit.domain.fact_spec import FactSpec, RecordFactSpec
from remit.domain.history import History, Step
from remit.domain.intent import Intent, Requester
from remit.domain.labels import COMPANYS, Labels
from remit.domain.message import Ancestor, Lineage
from remit.domain.model import JsonObject, Model
from remit.ports import FactSource
from remit.usecases.history import StatedHistory
from remit.usecases.judge import Judge, approved_decision, first_decision

_WHILE = timedelta(hours=1)
NOBODY = Requester(arn="arn:aws:iam::000000000000:role/offline")


class DoneBefore(Model):
    """An action that the run has completed before, and what its read-back said."""

    tool: str
    payload: JsonObject = Field(default_factory=dict)
    observed: JsonObject = Field(default_factory=dict)
    seconds_ago: Annotated[int, Field(ge=0)] = 0


class Person(Model):
    """On whose behalf, as somebody states it."""

    name: str
    groups: tuple[str, ...] = ()
    tenant: str | None = None

    def delegates(self, now: datetime) -> Delegator:
        return Delegator(delegation="offline", person=self.name, expires_at=now + _WHILE, **self.model_dump())


class Question(Model):
    """One proposed action with the facts as they stand and what its run has done and has taken in; `request` is the workflow that was
    started and its input, and with an approval it is what the gate decides after it."""

    id: str | int
    agent: str | None = None
    tool: str
    payload: JsonObject
    facts: dict[str, JsonObject] = Field(default_factory=dict)
    history: tuple[DoneBefore, ...] = ()
    requester: Requester = NOBODY
    delegator: Person | None = None
    carries: Labels = COMPANYS
    request: JsonObject = Field(default_factory=dict)
    approval: Evidence | None = None


class Verdict(Model):
    """The answer to one question. `error` is what a state machine sees of a DENY."""

    id: str | int
    outcome: Outcome
    route: str | None = None
    policies: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()
    error: str | None = None


class StatedFacts(FactSource):
    """Facts by name as somebody states them, with their version if they have one; `tables` are the charter's."""

    def __init__(self, facts: Mapping[str, JsonObject], tables: Mapping[str, TableSpec]) -> None:
        self._facts, self._tables = facts, tables

    def read(self, wanted: dict[str, FactSpec], payload: JsonObject, tenant: str | None = None) -> tuple[Fact, ...]:
        keys = {name: self._cited(spec, str(payload.get(spec.key)), tenant) for name, spec in wanted.items()}
        return tuple(make_fact(name, spec, keys[name], self._record(name)) for name, spec in wanted.items())

    def _cited(self, spec: FactSpec, key: str, tenant: str | None) -> str:
        return self._tables[spec.table].cited(key, tenant) if isinstance(spec, RecordFactSpec) else key

    def _record(self, name: str) -> JsonObject | None:
        return {"version": 0, **self._facts[name]} if name in self._facts else None


def decide_offline(question: Question, judge: Judge) -> Verdict:
    """What the gate would answer; whatever the gate refuses is a DENY."""
    history = stated(question.history, judge.clock.now(), question.carries, question.request)
    history = _asked(question, judge.charter, history)
    judge = replace(judge, facts=StatedFacts(question.facts, judge.charter.tables), history=StatedHistory(history))
    try:
        return verdict(question.id, _decision(question, judge))
    except Refusal as refusal:
        policies = tuple(reason.policy for reason in refusal.reasons)
        return Verdict(id=question.id, outcome=Outcome.DENY, policies=policies, reasons=refusal.reasons, error=refusal.code)


def stated(done: Sequence[DoneBefore], now: datetime, carries: Labels = COMPANYS, request: JsonObject | None = None) -> History:
    """What a run was asked for, has done and has taken in, as somebody states it."""
    steps = (
        Step(
            key=str(number),
            tool=each.tool,
            payload=each.payload,
            observed=each.observed,
            done_at=now - timedelta(seconds=each.seconds_ago),
        )
        for number, each in enumerate(done)
    )
    return History(steps=tuple(steps), as_of=now, shown=(carries,), opening=request or {})


def _asked(question: Question, charter: Charter, history: History) -> History:
    """An answer is to whoever asked for its run."""
    tool = charter.tools.get(question.tool)
    if tool is None or tool.message is None or tool.message.opens is not None:
        return history
    asker = Ancestor(run="offline", agent=tool.message.to, controller=True)
    lineage = Lineage(ancestors=(asker,), message="offline", labels=question.carries)
    return history.model_copy(update={"opening": {"lineage": lineage.model_dump(mode="json")}})


def verdict(name: str | int, decision: Decision) -> Verdict:
    """A decision as an answer."""
    error = Denied.code if decision.outcome is Outcome.DENY else None
    policies, reasons = decision.policies, decision.reasons
    return Verdict(id=name, outcome=decision.outcome, route=decision.route, policies=policies, reasons=reasons, error=error)


def _decision(question: Question, judge: Judge) -> Decision:
    agent = _only_agent(question.tool, judge.charter) if question.agent is None else question.agent
    intent = Intent(
        run="offline",
        step="offline",
        agent=agent,
        tool=question.tool,
        payload=question.payload,
        requester=question.requester,
        delegator=None if question.delegator is None else question.delegator.delegates(judge.clock.now()),
    )
    if question.approval is None:
        return first_decision(intent, judge)
    return approved_decision(intent, question.approval, judge)


def _only_agent(tool: str, charter: Charter) -> str:
    """The one agent that may call the tool, where the question names none."""
    agents = [name for name, agent in charter.agents.items() if tool in agent.tools]
    if len(agents) == 1:
        return agents[0]
    may = f"{', '.join(agents)} may call it, so say which one asks" if agents else "no agent may call it"
    raise Denied(f"{tool}: {may}.", (Reason(policy=f"{charter.domain}.matrix", reason=f"{tool}: {may}."),))
