"""What was allowed is done under a warrant, once; or said, which the gate does itself."""

from remit.budget_ports import VoidWarrant
from remit.domain.action import Action, ActionStatus, failure_of
from remit.domain.decision import Decision
from remit.domain.errors import Unavailable, WarrantRefused
from remit.domain.intent import Intent
from remit.domain.ledger import Draft
from remit.domain.warrant import Warrant, mint
from remit.record_ports import Change, MintWarrant, MoveAction, OpenAction
from remit.usecases import entries, minting
from remit.usecases.deliver import said_by
from remit.usecases.gate_ports import GatePorts
from remit.usecases.resting import relies
from remit.usecases.working_label import result_labels


def permitted(action: Action, was: ActionStatus | None, decision: Decision, drafts: list[Draft], ports: GatePorts, *also: Change) -> Action:
    intent, charter, now = action.intent, ports.judge.charter, ports.judge.clock.now()
    reserved = minting.reserved(intent, decision.lineage, charter, now)
    action, granted, entry = _granted(action.model_copy(update={"reserved": reserved}), decision, ports)
    opened = [OpenAction(action=action), *step(intent, ports)]
    change = opened if was is None else [MoveAction(action=action, was=was)]
    required = [*minting.requirements(intent, decision.lineage), *relies(decision, intent)]
    drawn = [*minting.reserve(reserved, charter, now), *minting.talk(intent, decision.lineage, charter, now)]
    changes = [*required, *change, *drawn, *granted, *also]
    ports.records.commit(intent.run, changes, [*drafts, entry])
    return action if action.receipt else executed(action, ports)


def _granted(action: Action, decision: Decision, ports: GatePorts) -> tuple[Action, tuple[Change, ...], Draft]:
    """What is said to another agent the gate delivers itself; all else is for whoever a warrant is minted for."""
    if ports.judge.charter.tools[action.intent.tool].message is not None:
        said = said_by(action.intent, decision, ports.judge)
        return action.model_copy(update={"status": ActionStatus.DONE, "receipt": said.receipt}), said.changes, said.draft
    warrant = mint(action.intent, ports.judge.clock.now(), decision.carried.labels)
    return action.model_copy(update={"warrant": warrant}), (MintWarrant(warrant=warrant),), entries.minted(warrant, action.reserved)


def executed(action: Action, ports: GatePorts) -> Action:
    if action.warrant is None:
        raise Unavailable(f"The warrant of action {action.intent.key} cannot be read.")
    try:
        receipt = ports.executor.perform(action.warrant, action.intent.payload)
    except WarrantRefused as refused:
        return _voided(action, action.warrant, refused, ports)
    done = action.model_copy(update={"status": ActionStatus.DONE, "receipt": receipt})
    # Nothing to be seen is said only where the business system refused.
    back = minting.give_back(action.reserved) if receipt.observed is None else []
    changes = [MoveAction(action=done, was=ActionStatus.WARRANTED), *back]
    labels = result_labels(receipt.observed or {}, ports.judge.charter.tools[action.intent.tool])
    ports.records.commit(action.intent.run, changes, entries.outcome(action.intent, receipt, labels))
    return done


def _voided(action: Action, warrant: Warrant, refused: WarrantRefused, ports: GatePorts) -> Action:
    """An action whose warrant was never used, and by this never can be."""
    closed = action.model_copy(update={"status": ActionStatus.REFUSED, "failure": failure_of(refused)})
    changes = [MoveAction(action=closed, was=ActionStatus.WARRANTED), VoidWarrant(warrant=warrant.id), *minting.give_back(action.reserved)]
    ports.records.commit(action.intent.run, changes, [entries.voided(warrant.id, refused.message)])
    return closed


def step(intent: Intent, ports: GatePorts) -> list[Change]:
    return minting.step(intent, ports.judge.charter, ports.judge.clock.now())
