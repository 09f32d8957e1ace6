"""What a run has done by now, out of Remit's own records."""

from collections.abc import Callable
from datetime import UTC, datetime

from remit.domain.action import Action, ActionStatus
from remit.domain.errors import Denied, Reason
from remit.domain.history import History, Step, history_of
from remit.domain.ledger import Kind, broken_link
from remit.domain.message import lineage_of
from remit.domain.warrant import Verification
from remit.ports import Clock, RunHistory
from remit.record_ports import Records


class RecordedHistory(RunHistory):
    """By the ledger, read consistently. What is relied on has to stand among the actions too, which only gates can write."""

    def __init__(self, records: Records, clock: Clock) -> None:
        self._records, self._clock = records, clock

    def read(self, run: str, relied_on: Callable[[Step], bool]) -> History:
        entries = self._records.entries(run)
        if broken := broken_link(entries):
            why = f"The run's record does not hold at entry {broken.seq}, so nothing can rest on it."
            raise Denied(why, (Reason(policy="run.record", reason=why),))
        history = history_of(entries, self._clock.now())
        if history.started_by is None:
            why = "Nothing says who started this run: only runs that were started through the API can act."
            raise Denied(why, (Reason(policy="run.record", reason=why),))
        self._check_askers(history)
        steps = tuple(self._confirmed(step) if relied_on(step) else step for step in history.steps)
        return history.model_copy(update={"steps": steps, "children": self._children(history)})

    def _check_askers(self, history: History) -> None:
        """Nothing is done for a run that has ended."""
        lineage = lineage_of(history.opening)
        for asker in lineage.ancestors if lineage else ():
            if any(entry.kind is Kind.RUN_FINISHED for entry in self._records.entries(asker.run)):
                why = f"The run of '{asker.agent}' that asked for this one has ended; nothing is done after a run's end."
                raise Denied(why, (Reason(policy="run.ended", reason=why),))

    def _children(self, history: History) -> tuple[History, ...]:
        """What the runs have done by now that this one asked for: whatever comes back from them is shaped by it."""
        children = (history_of(self._records.entries(run), history.as_of) for run in history.opened)
        return tuple(child.model_copy(update={"children": self._children(child)}) for child in children)

    def _confirmed(self, step: Step) -> Step:
        if step.done_at is None or _was_done(self._records.action(step.key), step):
            return step
        return step.model_copy(update={"done_at": None})


class StatedHistory(RunHistory):
    """A history as somebody states it, whatever the run."""

    def __init__(self, history: History) -> None:
        self._history = history

    def read(self, run: str, relied_on: Callable[[Step], bool]) -> History:
        return self._history


def nothing_done() -> RunHistory:
    """The history of a run before its first step."""
    return StatedHistory(History(as_of=datetime(1, 1, 1, tzinfo=UTC)))


def _was_done(action: Action | None, step: Step) -> bool:
    receipt = action.receipt if action and action.status is ActionStatus.DONE else None
    return receipt is not None and receipt.verification is Verification.MATCH and (receipt.observed or {}) == step.observed
