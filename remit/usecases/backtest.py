"""Every recorded decision once more, under the policies of a candidate: what would be decided otherwise."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import groupby

from remit.domain.decision import Outcome
from remit.domain.ledger import Entry
from remit.domain.model import JsonObject, Model
from remit.usecases.judge import Judge
from remit.usecases.recorded import Answer, CannotReplay, Others, Recorded, Unreplayed, answer_of, judge_for, made_again, recorded_in

_LOOSER = (Outcome.DENY, Outcome.ESCALATE, Outcome.ALLOW)


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


class Scope(Model):
    """Which decisions are asked for: all, or one domain's, or those from a time on."""

    domain: str | None = None
    since: datetime | None = None


class Report(Model):
    replayed: int
    flips: tuple[Flip, ...]
    unreplayed: tuple[Unreplayed, ...]


def backtest(entries: Iterable[Entry], judges: Mapping[str, Judge], scope: Scope) -> Report:
    """Judges are by domain; they see the recorded facts, not their own."""
    runs = {run[0].run: run for run in by_run(entries)}
    results = [result for run in runs.values() for result in _run(run, judges, scope, runs)]
    flips = [result for result in results if isinstance(result, Flip)]
    unreplayed = tuple(result for result in results if isinstance(result, Unreplayed))
    ordered = tuple(sorted(flips, key=lambda flip: (flip.rank, flip.at)))
    return Report(replayed=len(results) - len(unreplayed), flips=ordered, unreplayed=unreplayed)


def by_run(entries: Iterable[Entry]) -> Iterator[tuple[Entry, ...]]:
    ordered = sorted(entries, key=lambda entry: (entry.run, entry.seq))
    return (tuple(run) for _, run in groupby(ordered, key=lambda entry: entry.run))


def flip_of(recorded: Recorded, now: Answer) -> Flip | None:
    """None where the candidate decides the same."""
    was, intent, entry = recorded.was, recorded.intent, recorded.entry
    if (was.outcome, was.route) == (now.outcome, now.route):
        return None
    return Flip(run=entry.run, seq=entry.seq, at=entry.at, agent=intent.agent, tool=intent.tool, payload=intent.payload, was=was, now=now)


def _run(run: tuple[Entry, ...], judges: Mapping[str, Judge], scope: Scope, others: Others) -> Iterator[Flip | Unreplayed | None]:
    """One result for each decision of a run: None where the candidate decides the same."""
    times = {entry.seq: entry.at for entry in run}
    for found in recorded_in(run, others):
        if scope.since is not None and times[_seq(found)] < scope.since:
            continue
        if isinstance(found, Unreplayed):
            yield found
        elif scope.domain in {None, found.domain}:
            yield _again(found, judges)


def _again(recorded: Recorded, judges: Mapping[str, Judge]) -> Flip | Unreplayed | None:
    try:
        return flip_of(recorded, answer_of(made_again(recorded, judge_for(recorded, judges))))
    except CannotReplay as problem:
        return Unreplayed(run=recorded.entry.run, seq=recorded.entry.seq, reason=str(problem))


def _seq(found: Recorded | Unreplayed) -> int:
    return found.seq if isinstance(found, Unreplayed) else found.entry.seq
