"""What a run's ledger holds of its decisions: each with all that it rested on, so that it can be made again without a deployment."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from pydantic import ValidationError

from remit.domain.authority import account_of
from remit.domain.canonical import canonical
from remit.domain.case import Evidence
from remit.domain.decision import Decision, Outcome
from remit.domain.errors import (
    AgentSuspended,
    ApprovalExpired,
    ApprovalRejected,
    BudgetExhausted,
    DelegationEnded,
    PreconditionRunning,
    Reason,
    Refusal,
    RunEnded,
)
from remit.domain.history import History, history_of
from remit.domain.intent import Intent
from remit.domain.ledger import Entry, Kind, broken_link
from remit.domain.model import JsonObject, Model
from remit.usecases.history import StatedHistory
from remit.usecases.judge import Judge, approved_decision, first_decision
from remit.usecases.offline import StatedFacts

# What people answered, how an agent stood, or what was left to spend: no policy says otherwise.
_NOT_DECIDED = {each.code for each in (AgentSuspended, BudgetExhausted, DelegationEnded, RunEnded, ApprovalRejected, ApprovalExpired)}


# The records of other runs, by run: what a run asked others for shapes what it works under.
Others = Mapping[str, Sequence[Entry]]
_NO_OTHERS: Others = {}


class Answer(Model):
    """An outcome and what determined it; `error` where the intent was refused before there was anything to ask the policies."""

    outcome: Outcome
    route: str | None = None
    reasons: tuple[Reason, ...] = ()
    error: str | None = None


class Unreplayed(Model):
    """A decision of which the candidate's answer is not known, and why."""

    run: str
    seq: int
    reason: str


class CannotReplay(Exception):
    """The message is the reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One decision, or (`made` is None) the refusal that came in its place; `reasoning` is the model call that it came with."""

    entry: Entry
    intent: Intent
    history: History
    made: Decision | None
    reasoning: JsonObject | None = None

    @property
    def domain(self) -> str:
        """As its run was opened: facts.assert is a tool of many domains. A record that says none has it in the tool's name."""
        return str(self.history.opening.get("domain") or self.intent.tool.partition(".")[0])

    @property
    def was(self) -> Answer:
        return _refusal_in(self.entry) if self.made is None else answer_of(self.made)


def recorded_in(run: Sequence[Entry], others: Others = _NO_OTHERS) -> Iterator[Recorded | Unreplayed]:
    """The decisions of one run in order, and those that its record does not hold whole; `others` has the runs that it asked for."""
    broken = broken_link(run)
    for entry in run:
        if not _is_decision(entry, run):
            continue
        try:
            if broken is not None:
                raise CannotReplay(f"the run's chain does not hold at entry {broken.seq}, so its record cannot be relied on")
            yield _recorded(entry, run, others)
        except CannotReplay as problem:
            yield Unreplayed(run=entry.run, seq=entry.seq, reason=str(problem))


def made_again(recorded: Recorded, judge: Judge) -> Decision | Refusal:
    """The decision as this judge makes it, on the recorded facts and history. Raises CannotReplay."""
    made = recorded.made
    facts = () if made is None else made.facts
    if made is not None:
        _require_facts(recorded, judge)
    stated = StatedFacts({fact.name: {**fact.attributes, "version": fact.version} for fact in facts}, judge.charter.tables)
    account = account_of(recorded.intent.requester.arn)
    judge = replace(judge, facts=stated, history=StatedHistory(recorded.history), account=account, shadow=None)
    try:
        return _decide(recorded, None if made is None else made.approval, judge)
    except Refusal as refusal:
        return _told(refusal, recorded)
    except PreconditionRunning as waiting:
        raise CannotReplay(f"the candidate would have it wait: {waiting.message}") from waiting


def answer_of(result: Decision | Refusal) -> Answer:
    if isinstance(result, Refusal):
        return Answer(outcome=Outcome.DENY, reasons=result.reasons, error=result.code)
    return Answer(outcome=result.outcome, route=result.route, reasons=result.reasons)


def judge_for(recorded: Recorded, judges: Mapping[str, Judge]) -> Judge:
    """Raises CannotReplay."""
    if recorded.domain not in judges:
        raise CannotReplay(f"the candidate has no policies for the domain '{recorded.domain}'")
    return judges[recorded.domain]


def _is_decision(entry: Entry, run: Sequence[Entry]) -> bool:
    """A decision, or a refusal that follows its intent without one."""
    if entry.kind is Kind.INTENT_REFUSED:
        return entry.body.get("error") not in _NOT_DECIDED and not _is_decided(entry, run)
    return entry.kind is Kind.DECISION_MADE


def _is_decided(refusal: Entry, run: Sequence[Entry]) -> bool:
    """Whether the intent had been allowed when it was refused: then what stopped it was the minting of its warrant."""
    earlier = [entry for entry in run if entry.seq < refusal.seq and entry.body.get("key") == refusal.body.get("key")]
    last = next((entry for entry in reversed(earlier) if entry.kind in {Kind.DECISION_MADE, Kind.INTENT_PROPOSED}), None)
    return last is not None and last.kind is Kind.DECISION_MADE and last.body.get("outcome") == Outcome.ALLOW


def _recorded(entry: Entry, run: Sequence[Entry], others: Others) -> Recorded:
    intent = _intent(entry, run)
    made = _decision(entry) if entry.kind is Kind.DECISION_MADE else None
    if made is None and _was_asked(entry, run):
        raise CannotReplay("it was refused after a human had been asked, on facts that a refusal does not record")
    seen, as_of = (None, None) if made is None else (made.seen, made.as_of)
    before = [earlier for earlier in run if earlier.seq < (entry.seq if seen is None else seen)]
    history = _with_children(history_of(before, as_of or entry.at), others)
    return Recorded(entry=entry, intent=intent, history=history, made=made, reasoning=_reasoning(entry, run, seen))


def _with_children(history: History, others: Others) -> History:
    """With what the runs that it asked for had done by then. Raises CannotReplay."""
    children = (history_of(_until(history, others.get(run, ()), run), history.as_of) for run in history.opened)
    return history.model_copy(update={"children": tuple(_with_children(child, others) for child in children)})


def _until(history: History, child: Sequence[Entry], run: str) -> list[Entry]:
    if not child or broken_link(child) is not None:
        raise CannotReplay(f"it rests on what {run} has read, which it asked for, and that run's record is not at hand or does not hold")
    return [entry for entry in child if entry.at <= history.as_of]


def _reasoning(entry: Entry, run: Sequence[Entry], seen: int | None) -> JsonObject | None:
    """The model call behind the intent, where it was not in the record yet when the decision looked at that."""
    key = entry.body.get("key")
    calls = [
        call
        for call, intent in pairwise(run)
        if call.kind is Kind.MODEL_CALLED and intent.kind is Kind.INTENT_PROPOSED and intent.body.get("key") == key and call.seq < entry.seq
    ]
    return calls[-1].body if calls and (seen is None or calls[-1].seq >= seen) else None


def _was_asked(refusal: Entry, run: Sequence[Entry]) -> bool:
    key = refusal.body.get("key")
    return any(each.kind is Kind.DECISION_MADE and each.seq < refusal.seq and each.body.get("key") == key for each in run)


def _intent(entry: Entry, run: Sequence[Entry]) -> Intent:
    """The intent that the decision is about. A run records it before the decision, and its key covers the payload."""
    bodies = [each.body for each in run if each.kind is Kind.INTENT_PROPOSED and each.body.get("key") == entry.body.get("key")]
    try:
        told = {name: bodies[0][name] for name in Intent.model_fields if name in bodies[0]}
        return Intent.model_validate_json(canonical({**told, "run": entry.run}))
    except (IndexError, ValidationError) as error:
        raise CannotReplay("the run has no whole intent.proposed entry for it") from error


def _decision(entry: Entry) -> Decision:
    try:
        # As JSON: only so are times read as they were written.
        return Decision.model_validate_json(canonical({name: entry.body[name] for name in Decision.model_fields if name in entry.body}))
    except ValidationError as error:
        where = ".".join(map(str, error.errors()[0]["loc"]))
        raise CannotReplay(f"the entry lacks {where}: it was recorded before decisions kept what they looked at") from error


def _refusal_in(entry: Entry) -> Answer:
    reasons = entry.body.get("reasons")
    told = tuple(Reason.model_validate(each) for each in reasons) if isinstance(reasons, list) else ()
    return Answer(outcome=Outcome.DENY, reasons=told, error=str(entry.body.get("error")))


def _told(refusal: Refusal, recorded: Recorded) -> Refusal:
    """A refusal for want of a fact tells of the fact only where the record does: what was refused earlier had looked at none."""
    wanting = any(reason.policy.startswith("fact.") for reason in refusal.reasons)
    if recorded.made is None and wanting and answer_of(refusal) != recorded.was:
        raise CannotReplay("it was refused before its facts were recorded, and the candidate would look at them")
    return refusal


def _decide(recorded: Recorded, approval: Evidence | None, judge: Judge) -> Decision:
    if approval is None:
        return first_decision(recorded.intent, judge, recorded.reasoning)
    return approved_decision(recorded.intent, approval, judge)


def _require_facts(recorded: Recorded, judge: Judge) -> None:
    """A fact that the candidate looks at and the record lacks would be denied for that alone."""
    tool = judge.charter.tools.get(recorded.intent.tool)
    held = {fact.name: fact.attributes.keys() for fact in recorded.made.facts} if recorded.made else {}
    for name in tool.facts if tool else ():
        missing = judge.charter.facts[name].attributes.keys() - held.get(name, set())
        if missing:
            raise CannotReplay(f"the candidate looks at {name}.{min(missing)}, which was not recorded")
