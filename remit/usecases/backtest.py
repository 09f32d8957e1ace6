"""Every recorded decision once more, under the policies of a candidate: what would be decided otherwise."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from itertools import groupby

from pydantic import ValidationError

from remit.domain.decision import Decision, Evidence, FactUsed, Outcome
from remit.domain.errors import PreconditionRunning, Reason, Refusal
from remit.domain.history import history_of
from remit.domain.intent import Intent
from remit.domain.ledger import Entry, Kind, broken_link
from remit.domain.model import JsonObject, Model
from remit.ports import RunHistory
from remit.usecases.history import StatedHistory
from remit.usecases.judge import Judge, approved_decision, first_decision
from remit.usecases.offline import StatedFacts

_INTENT = ("step", "agent", "tool", "payload", "requester")
_LOOSER = (Outcome.DENY, Outcome.ESCALATE, Outcome.ALLOW)


class Answer(Model):
    """An outcome and what determined it."""

    outcome: Outcome
    route: str | None = None
    reasons: tuple[Reason, ...] = ()


class Flip(Model):
    """A decision that the candidate would make otherwise."""

    run: str
    seq: int
    at: datetime
    agent: str
    tool: str
    payload: JsonObject
    was: Answer
    now: Answer

    @property
    def rank(self) -> tuple[int, int]:
        """What is let through comes first, denials before escalations; what is held back comes last."""
        was, now = _LOOSER.index(self.was.outcome), _LOOSER.index(self.now.outcome)
        return was - now, was


class Unreplayed(Model):
    """A decision of which the candidate's answer is not known, and why."""

    run: str
    seq: int
    reason: str


class Scope(Model):
    """Which decisions are asked for: all, or one domain's, or those from a time on."""

    domain: str | None = None
    since: datetime | None = None


class Report(Model):
    replayed: int
    flips: tuple[Flip, ...]
    unreplayed: tuple[Unreplayed, ...]


class _CannotReplay(Exception):
    """The message is the reason."""


def backtest(entries: Iterable[Entry], judges: Mapping[str, Judge], scope: Scope) -> Report:
    """Judges are by domain; they see the recorded facts, not their own."""
    results = [result for run in _by_run(entries) for result in _run(run, judges, scope)]
    flips = [result for result in results if isinstance(result, Flip)]
    unreplayed = tuple(result for result in results if isinstance(result, Unreplayed))
    ordered = tuple(sorted(flips, key=lambda flip: (flip.rank, flip.at)))
    return Report(replayed=len(results) - len(unreplayed), flips=ordered, unreplayed=unreplayed)


def _by_run(entries: Iterable[Entry]) -> Iterator[tuple[Entry, ...]]:
    ordered = sorted(entries, key=lambda entry: (entry.run, entry.seq))
    return (tuple(run) for _, run in groupby(ordered, key=lambda entry: entry.run))


def _run(run: tuple[Entry, ...], judges: Mapping[str, Judge], scope: Scope) -> Iterator[Flip | Unreplayed | None]:
    """One result for each decision of a run: None where the candidate decides the same."""
    broken = broken_link(run)
    for entry in run:
        if entry.kind is not Kind.DECISION_MADE or (scope.since is not None and entry.at < scope.since):
            continue
        try:
            if broken is not None:
                raise _CannotReplay(f"the run's chain does not hold at entry {broken.seq}, so its record cannot be relied on")
            intent = _intent(entry, run)
            if scope.domain in {None, _domain(intent)}:
                before = tuple(earlier for earlier in run if earlier.seq < entry.seq)
                yield _flip(entry, intent, StatedHistory(history_of(before, entry.at)), judges)
        except _CannotReplay as problem:
            yield Unreplayed(run=entry.run, seq=entry.seq, reason=str(problem))


def _flip(entry: Entry, intent: Intent, history: RunHistory, judges: Mapping[str, Judge]) -> Flip | None:
    made = _decision(entry)
    was, now = _answer(made), _decide_again(intent, made, replace(_judge(intent, judges), history=history))
    if (was.outcome, was.route) == (now.outcome, now.route):
        return None
    return Flip(run=entry.run, seq=entry.seq, at=entry.at, agent=intent.agent, tool=intent.tool, payload=intent.payload, was=was, now=now)


def _decide_again(intent: Intent, made: Decision, judge: Judge) -> Answer:
    _require_facts(intent, made.facts, judge)
    judge = replace(judge, facts=StatedFacts({fact.name: {**fact.attributes, "version": fact.version} for fact in made.facts}))
    try:
        return _answer(_decide(intent, made.approval, judge))
    except Refusal as refusal:
        return Answer(outcome=Outcome.DENY, reasons=refusal.reasons)
    except PreconditionRunning as waiting:
        raise _CannotReplay(f"the candidate would have it wait: {waiting.message}") from waiting


def _decide(intent: Intent, approval: Evidence | None, judge: Judge) -> Decision:
    return first_decision(intent, judge) if approval is None else approved_decision(intent, approval, judge)


def _decision(entry: Entry) -> Decision:
    try:
        return Decision.model_validate({name: entry.body[name] for name in Decision.model_fields if name in entry.body})
    except ValidationError as error:
        where = ".".join(map(str, error.errors()[0]["loc"]))
        raise _CannotReplay(f"the entry lacks {where}: it was recorded before decisions kept what they looked at") from error


def _intent(entry: Entry, run: tuple[Entry, ...]) -> Intent:
    """The intent that the decision is about. A run records it before the decision, and its key covers the payload."""
    bodies = [each.body for each in run if each.kind is Kind.INTENT_PROPOSED and each.body.get("key") == entry.body.get("key")]
    try:
        return Intent.model_validate({"run": entry.run, "delegator": _delegator(bodies[0]), **{name: bodies[0][name] for name in _INTENT}})
    except (IndexError, KeyError, ValidationError) as error:
        raise _CannotReplay("the run has no whole intent.proposed entry for it") from error


def _delegator(proposed: JsonObject) -> JsonObject | None:
    delegator = proposed.get("delegator")
    if delegator is None or isinstance(delegator, dict):
        return delegator
    raise _CannotReplay("its delegator is no object")


def _judge(intent: Intent, judges: Mapping[str, Judge]) -> Judge:
    domain = _domain(intent)
    if domain not in judges:
        raise _CannotReplay(f"the candidate has no policies for the domain '{domain}'")
    return judges[domain]


def _domain(intent: Intent) -> str:
    return intent.tool.partition(".")[0]


def _require_facts(intent: Intent, facts: tuple[FactUsed, ...], judge: Judge) -> None:
    """A fact that the candidate looks at and the record lacks would be denied for that alone."""
    tool = judge.charter.tools.get(intent.tool)
    recorded = {fact.name: fact.attributes.keys() for fact in facts}
    for name in tool.facts if tool else ():
        missing = judge.charter.facts[name].attributes.keys() - recorded.get(name, set())
        if missing:
            raise _CannotReplay(f"the candidate looks at {name}.{min(missing)}, which was not recorded")


def _answer(decision: Decision) -> Answer:
    return Answer(outcome=decision.outcome, route=decision.route, reasons=decision.reasons)
