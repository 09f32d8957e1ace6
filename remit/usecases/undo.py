"""Undo a run: its receipts backwards, each by a governed action of a run of its own; what has been undone is not undone again."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import count

from remit.domain.action import Action, ActionStatus
from remit.domain.canonical import digest
from remit.domain.charter import Charter
from remit.domain.compensation import Undoes, build
from remit.domain.errors import Conflict, Reason, RunOpen
from remit.domain.history import Caller
from remit.domain.intent import Requester
from remit.domain.ledger import Draft, Entry, Kind
from remit.domain.model import JsonObject, Model
from remit.domain.tool_spec import Effect
from remit.names import undo_workflow
from remit.undo_ports import Undoings
from remit.usecases.runs import RunPorts, RunView, view
from remit.usecases.undoing import in_vain, was_done


class Standing(StrEnum):
    OPEN = "OPEN"
    IN_DOUBT = "IN_DOUBT"
    UNDONE = "UNDONE"
    IRREVERSIBLE = "IRREVERSIBLE"
    UNVERIFIED = "UNVERIFIED"


# What a further attempt takes on.
_AHEAD = (Standing.OPEN, Standing.IN_DOUBT)


class UndoStep(Model):
    """One action of the run. `undo` is the intent that undoes it, where there is one; `by` is the action that did, or began to, and
    `observed` what was read back of that."""

    key: str
    agent: str
    tool: str
    payload: JsonObject
    standing: Standing
    why: str = ""
    undo: JsonObject | None = None
    by: Undoes | None = None
    observed: JsonObject | None = None


class UndoView(Model):
    """How far a run has been undone, the last of its actions first; `attempt` is the last run that was to undo it, if there was one."""

    run: str
    attempt: RunView | None
    steps: tuple[UndoStep, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoPorts:
    """`charters` are by domain."""

    charters: Mapping[str, Charter]
    undoings: Undoings
    runs: RunPorts


def undo(run: str, requester: Requester, ports: UndoPorts) -> UndoView:
    """Undo what can be and has not been. Raises NotFound, RunOpen for a run that has not ended, Unavailable; harmless to repeat: while
    one attempt goes on, and once there is nothing left, nothing is started."""
    seen = view(run, ports.runs)
    if seen.state.status == "RUNNING":
        why = f"{run} has not ended: what it is doing cannot be undone yet."
        raise RunOpen(why, (Reason(policy="run", reason=why),))
    number, last = _last_attempt(run, ports)
    if last is None or last.state.status != "RUNNING":
        ahead = [step for step in _steps(seen, ports) if step.standing in _AHEAD]
        if ahead:
            _open(_attempt(run, number + 1), seen, ahead, requester, ports)
            number += 1
    _begin(_attempt(run, number), ports)
    return undo_view(run, ports)


def undo_view(run: str, ports: UndoPorts) -> UndoView:
    """Raises NotFound for an unknown run."""
    seen = view(run, ports.runs)
    _, last = _last_attempt(run, ports)
    return UndoView(run=run, attempt=last, steps=tuple(_steps(seen, ports)))


def _attempt(run: str, number: int) -> str:
    return f"run-{digest(['undo', run, number])[:32]}"


def _last_attempt(run: str, ports: UndoPorts) -> tuple[int, RunView | None]:
    """0 and None if there was none."""
    last = next(number for number in count() if not ports.runs.records.entries(_attempt(run, number + 1)))
    return last, view(_attempt(run, last), ports.runs) if last else None


def _open(attempt: str, seen: RunView, ahead: list[UndoStep], requester: Requester, ports: UndoPorts) -> None:
    plan: list[JsonObject] = [{"step": f"undo-{number}", **(step.undo or {})} for number, step in enumerate(ahead, start=1)]
    caller: JsonObject = Caller(requester=requester).model_dump(mode="json")
    domain = _domain(seen.entries)
    body: JsonObject = {"workflow": undo_workflow(domain), "domain": domain, **caller, "undoes": seen.run, "plan": [*plan]}
    try:
        ports.runs.records.open_run(attempt, Draft(kind=Kind.RUN_STARTED, body=body))
    except Conflict:
        # Somebody asked at the same moment, and that is the same undo.
        return


def _begin(attempt: str, ports: UndoPorts) -> None:
    """As it was opened, whoever opened it; what has been started is not started again."""
    for opened in ports.runs.records.entries(attempt)[:1]:
        body = opened.body
        plan = body["plan"] if isinstance(body["plan"], list) else []
        given = {name: body[name] for name in (*Caller.model_fields, "undoes", "plan")}
        start: JsonObject = {"run": attempt, **given, "count": len(plan), "counted": {"at": 0}}
        ports.runs.machines.start(str(body["workflow"]), attempt, start)


def _domain(entries: tuple[Entry, ...]) -> str:
    return str(entries[0].body["domain"])


def _steps(seen: RunView, ports: UndoPorts) -> Iterator[UndoStep]:
    """Whatever the run did and did not only read, backwards. What the business system refused was not done."""
    charter = ports.charters[_domain(seen.entries)]
    minted = [str(entry.body["warrant"]) for entry in seen.entries if entry.kind is Kind.WARRANT_MINTED]
    for key in reversed(minted):
        action = ports.runs.records.action(key)
        if action is not None and not in_vain(action) and not _only_read(action, charter):
            yield _step(action, charter, ports)


def _only_read(action: Action, charter: Charter) -> bool:
    spec = charter.tools.get(action.intent.tool)
    return spec is not None and spec.effect is Effect.READ


def _step(action: Action, charter: Charter, ports: UndoPorts) -> UndoStep:
    intent = action.intent
    step = UndoStep(key=intent.key, agent=intent.agent, tool=intent.tool, payload=intent.payload, standing=Standing.OPEN)
    if not was_done(action):
        why = "Its own outcome is not as intended, or not known: a human has to look at it."
        return step.model_copy(update={"standing": Standing.UNVERIFIED, "why": why})
    spec = charter.tools.get(intent.tool)
    if spec is None or spec.compensate is None:
        return step.model_copy(update={"standing": Standing.IRREVERSIBLE, "why": _final(intent.tool, charter)})
    undo: JsonObject = {
        "agent": intent.agent,
        "tool": spec.compensate.tool,
        "payload": build(spec.compensate, action),
        "undoes": Undoes(run=intent.run, key=intent.key).model_dump(mode="json"),
    }
    return _as_far_as_undone(step.model_copy(update={"undo": undo}), ports)


def _final(tool: str, charter: Charter) -> str:
    spec = charter.tools.get(tool)
    return "It is irreversible." if spec and spec.effect is Effect.IRREVERSIBLE else "The charter knows nothing that undoes it."


def _as_far_as_undone(step: UndoStep, ports: UndoPorts) -> UndoStep:
    key = ports.undoings.undoing(step.key)
    action = None if key is None else ports.runs.records.action(key)
    if action is None or in_vain(action):
        return step
    by = Undoes(run=action.intent.run, key=action.intent.key)
    if was_done(action):
        return step.model_copy(update={"standing": Standing.UNDONE, "by": by, "observed": action.receipt and action.receipt.observed})
    if action.status is ActionStatus.WARRANTED:
        why = f"{action.intent.tool} was begun, and its outcome is not known yet."
        return step.model_copy(update={"standing": Standing.IN_DOUBT, "by": by, "why": why})
    why = f"The read-back of {action.intent.tool} is not what was intended: a human has to look at it."
    return step.model_copy(update={"standing": Standing.UNVERIFIED, "by": by, "why": why})
