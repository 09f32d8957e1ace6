"""At the gate: an intent that undoes an action undoes exactly that one, and no action is undone twice."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from remit.domain.action import Action, ActionStatus
from remit.domain.charter import Charter
from remit.domain.compensation import build
from remit.domain.errors import Conflict, Denied, Reason, Unavailable, WarrantRefused
from remit.domain.intent import Intent
from remit.domain.warrant import Verification
from remit.record_ports import Change, Records
from remit.undo_ports import ClaimUndo, NoteUndone
from remit.usecases import entries

if TYPE_CHECKING:
    # The API asks what was undone, and its bundle has no mails.
    from remit.usecases.gate_ports import GatePorts


def to_undo(intent: Intent, ports: "GatePorts", go_on: Callable[[Action, "GatePorts"], Action]) -> tuple[Action | None, list[Change]]:
    """For an intent that undoes: what was begun before to undo the same, if that was not in vain; or else the claim to undo it now.
    `go_on` takes an action as far as it can go. Raises Denied."""
    _check(intent, ports.judge.charter, ports.records)
    if intent.undoes is None:
        return None, []
    by = ports.undoings.undoing(intent.undoes.key)
    before = None if by is None else _settled(by, ports, go_on)
    return before, [] if before else [ClaimUndo(undoes=intent.undoes.key, by=intent.key, instead_of=by)]


def none_before(action: Action, ports: "GatePorts") -> Action:
    """For `to_undo` after an answer. Raises Denied unless what was begun before was in vain."""
    if not in_vain(action):
        raise _denied("undo.done", "It was undone, or begun to be, before the answer came.")
    return action


def _settled(key: str, ports: "GatePorts", go_on: Callable[[Action, "GatePorts"], Action]) -> Action | None:
    """None if nothing was done, and nothing can be any more."""
    action = ports.records.action(key)
    if action is None:
        raise Unavailable(f"The action {key} cannot be read.")
    try:
        action = go_on(action, ports)
    except WarrantRefused:
        # It was not used in time.
        return None
    return None if in_vain(action) else action


def _check(intent: Intent, charter: Charter, records: Records) -> None:
    """Raises Denied for a tool that only undoes where nothing is undone by it, and for anything else than what undoes the action."""
    if intent.undoes is None:
        if undone := charter.undone_by(intent.tool):
            raise _denied("undo.alone", f"{intent.tool} is only done to undo {' or '.join(undone)}: ask for its run to be undone.")
        return
    done = records.action(intent.undoes.key)
    if done is None or done.intent.run != intent.undoes.run or not was_done(done):
        raise _denied("undo.nothing", f"{intent.undoes.run} has done nothing as intended that could be undone by this.")
    if not _is_its_compensation(intent, done, charter):
        raise _denied("undo.other", f"This is not what undoes {done.intent.tool} as it was done.")


def was_done(action: Action) -> bool:
    """Whether it was done as intended, as its gate recorded it."""
    return action.status is ActionStatus.DONE and action.receipt is not None and action.receipt.verification is Verification.MATCH


def in_vain(action: Action) -> bool:
    """Whether the business system refused it, so that nothing was done: there is a receipt, and no trace."""
    return action.receipt is not None and action.receipt.observed is None


def note_undone(action: Action, records: Records) -> None:
    """In the record of the run whose action it was, once. Raises Unavailable; harmless to repeat."""
    undoes, by = action.intent.undoes, action.intent.key
    if undoes is None:
        return
    try:
        records.commit(undoes.run, [NoteUndone(undoes=undoes.key, by=by)], [entries.undone(action.intent, undoes)])
    except Conflict:
        # It stands there already.
        return


def _is_its_compensation(intent: Intent, done: Action, charter: Charter) -> bool:
    spec = charter.tools.get(done.intent.tool)
    if spec is None or spec.compensate is None:
        return False
    wanted = (done.intent.agent, spec.compensate.tool, build(spec.compensate, done))
    return (intent.agent, intent.tool, intent.payload) == wanted


def _denied(policy: str, why: str) -> Denied:
    return Denied(why, (Reason(policy=policy, reason=why),))
