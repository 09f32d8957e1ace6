"""One governed action: decide, then do it under a warrant, ask a human, or refuse; and record each of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from remit.approval_ports import MoveApproval, RequestApproval
from remit.budget_ports import VoidWarrant
from remit.domain.action import Action, ActionStatus, failure_of
from remit.domain.approval import Approval, ApprovalStatus
from remit.domain.ballot import Ballot
from remit.domain.decision import Decision, Outcome
from remit.domain.errors import (
    BudgetExhausted,
    Conflict,
    Denied,
    OutcomeUnverified,
    Reason,
    Refusal,
    RemitError,
    Unanswerable,
    Unavailable,
    WarrantRefused,
)
from remit.domain.fact_change import FactChange, changes_since
from remit.domain.intent import Intent
from remit.domain.ledger import Draft
from remit.domain.measure import GATE_ERRORS, Measure
from remit.domain.model import JsonObject, Model
from remit.domain.warrant import Receipt, Verification, Warrant, mint
from remit.ports import Change, Executor, Meter, MintWarrant, MoveAction, OpenAction, Records, Spans, Tasks
from remit.undo_ports import Undoings
from remit.usecases import entries, minting
from remit.usecases.approval_entries import renewed, requested, superseded
from remit.usecases.ask import Asking, ask, cannot_reach, hear
from remit.usecases.deliver import said_by
from remit.usecases.judge import Judge, denied, first_decision, question, ruled, second_decision
from remit.usecases.resting import asks, cites, relies, settles
from remit.usecases.undoing import none_before, note_undone, to_undo
from remit.usecases.working_label import result_labels


@dataclass(frozen=True, slots=True, kw_only=True)
class GatePorts:
    """What the gate of one domain works with."""

    judge: Judge
    records: Records
    undoings: Undoings
    executor: Executor
    tasks: Tasks
    asking: Asking
    spans: Spans
    meter: Meter


class Proposal(Model):
    """What the state machine hands to the gate; `reasoning` is the model call behind the intent, for the ledger."""

    task_token: str
    intent: Intent
    reasoning: JsonObject | None = None


def govern(proposal: Proposal, ports: GatePorts) -> None:
    """Answer the waiting task, now or once a human has answered. Every error of the tree becomes the task's failure."""
    try:
        known = ports.records.action(proposal.intent.key)
        action = _first_time(proposal, ports) if known is None else _again(known, proposal.task_token, ports)
        _report(action, ports)
    except RemitError as error:
        ports.tasks.fail(proposal.task_token, failure_of(_retryable(error)))
        _count(ports, failed=not isinstance(error, Refusal))
    else:
        _count(ports, failed=False)


def resume(approval_id: str, ports: GatePorts) -> None:
    """Go on with an action whose approval was answered; harmless to repeat. Raises Unavailable when it has to be repeated."""
    action = ports.records.action(approval_id)
    if action is None:
        return
    try:
        _report(_go_on(action, ports), ports)
    except (Conflict, Unavailable) as error:
        raise _retryable(error) from error
    except RemitError as error:
        ports.tasks.fail(action.task_token, failure_of(error))


def came_back(approval_id: str, to: str, why: str, ports: GatePorts) -> None:
    """Go on with an action whose approver's mail came back: somebody else is asked. Raises as resume does."""
    approval = ports.asking.approvals.approval(approval_id)
    if approval is None:
        return
    try:
        cannot_reach(approval, to, why, ports.asking)
    except Conflict as error:
        raise _retryable(error) from error
    resume(approval_id, ports)


def _first_time(proposal: Proposal, ports: GatePorts) -> Action:
    intent = proposal.intent
    drafts = entries.proposed(intent, proposal.reasoning)
    try:
        undone, claim = to_undo(intent, ports, _go_on)
        if undone is not None:
            return undone.model_copy(update={"task_token": proposal.task_token})
        decide = partial(first_decision, intent, ports.judge, proposal.reasoning)
        decision, decided = ruled(intent, decide, ports.judge, ports.spans)
    except Refusal as refusal:
        raise _recorded(intent, refusal, drafts, ports) from refusal
    drafts.append(decided)
    try:
        return _act_on(decision, proposal, drafts, ports, *claim)
    except (*minting.REFUSALS, Unanswerable) as stopped:
        ports.records.commit(intent.run, [], [*drafts, entries.refused(intent, stopped)])
        raise


def _recorded(intent: Intent, refusal: Refusal, drafts: list[Draft], ports: GatePorts) -> Refusal:
    """The refusal, in the ledger as a step of its run; or that the run can go no further."""
    try:
        ports.records.commit(intent.run, _step(intent, ports), [*drafts, entries.refused(intent, refusal)])
    except BudgetExhausted as exhausted:
        ports.records.commit(intent.run, [], [*drafts, entries.refused(intent, exhausted)])
        return exhausted
    return refusal


def _step(intent: Intent, ports: GatePorts) -> list[Change]:
    return minting.step(intent, ports.judge.charter, ports.judge.clock.now())


def _act_on(decision: Decision, proposal: Proposal, drafts: list[Draft], ports: GatePorts, *claim: Change) -> Action:
    match decision.outcome:
        case Outcome.ALLOW:
            action = Action(intent=proposal.intent, status=ActionStatus.WARRANTED, task_token=proposal.task_token)
            return _permitted(action, None, decision, drafts, ports, *claim)
        case Outcome.ESCALATE:
            action = Action(intent=proposal.intent, status=ActionStatus.WAITING, task_token=proposal.task_token)
            return _escalated(action, decision, drafts, ports)
        case Outcome.DENY:
            changes = [*_step(proposal.intent, ports), *cites(decision, proposal.intent)]
            ports.records.commit(proposal.intent.run, changes, drafts)
            raise denied(decision)


def _again(action: Action, task_token: str, ports: GatePorts) -> Action:
    """A retry of the same intent: nothing is decided or done twice, but the newest token is the one to answer."""
    action = action.model_copy(update={"task_token": task_token})
    if action.status is ActionStatus.WAITING:
        ports.records.commit(action.intent.run, [MoveAction(action=action, was=ActionStatus.WAITING)], [])
    return _go_on(action, ports)


def _go_on(action: Action, ports: GatePorts) -> Action:
    """From wherever the action stands as far as it can go now."""
    if action.status is ActionStatus.WARRANTED:
        return _executed(action, ports)
    if action.status is ActionStatus.WAITING:
        approval = hear(_approval(action, ports), ports.asking)
        if approval.status is ApprovalStatus.HELD:
            return _decided_anew(approval, approval.changes, action, ports)
        return action if approval.open else _answered(approval, action, ports)
    return action


def _answered(approval: Approval, action: Action, ports: GatePorts) -> Action:
    intent, settled = action.intent, MoveApproval(approval=approval)
    try:
        _check_still_waiting(action, ports.tasks)
        _, claim = to_undo(intent, ports, none_before)
        decision, decided = ruled(intent, partial(second_decision, approval, intent, ports.judge), ports.judge, ports.spans)
    except Refusal as refusal:
        return _closed(action, refusal, [entries.refused(intent, refusal)], ports, settled)
    if changes := changes_since(approval.facts, decision.facts):
        # Whoever answered has seen what no longer stands, so the answer is to another question.
        return _decided_anew(_approval(action, ports), changes, action, ports)
    drafts = [decided]
    if decision.outcome is not Outcome.ALLOW:
        return _closed(action, denied(decision), drafts, ports, settled)
    try:
        return _approved(action, decision, drafts, ports, settled, *claim)
    except minting.REFUSALS as stopped:
        return _closed(action, stopped, [*drafts, entries.refused(intent, stopped)], ports, settled)


def _decided_anew(approval: Approval, changes: Sequence[FactChange], action: Action, ports: GatePorts) -> Action:
    """What the question rests on has changed: decide as if it were proposed now."""
    intent, over = action.intent, approval.superseded(*changes)
    settled, drafts = MoveApproval(approval=over), [superseded(over)]
    try:
        _check_still_waiting(action, ports.tasks)
        _, claim = to_undo(intent, ports, none_before)
        decision, decided = ruled(intent, partial(first_decision, intent, ports.judge), ports.judge, ports.spans)
        if decision.outcome is Outcome.ESCALATE:
            again = approval.asked_anew(question(intent, decision, ports.judge), *changes)
            _asked_anew(again, approval, [decided], decision, ports)
            return action
    except (Refusal, Unanswerable) as refusal:
        return _closed(action, refusal, [*drafts, entries.refused(intent, refusal)], ports, settled)
    if decision.outcome is Outcome.DENY:
        return _closed(action, denied(decision), [*drafts, decided], ports, settled)
    try:
        return _approved(action, decision, [*drafts, decided], ports, settled, *claim)
    except minting.REFUSALS as stopped:
        return _closed(action, stopped, [*drafts, decided, entries.refused(intent, stopped)], ports, settled)


def _asked_anew(again: Approval, approval: Approval, drafts: list[Draft], decision: Decision, ports: GatePorts) -> None:
    intent, resting = again.intent, [*relies(decision, again.intent), *asks(again, instead_of=approval)]
    changes = [*minting.requirements(intent, decision.lineage), *resting, MoveApproval(approval=again)]
    ports.records.commit(intent.run, changes, [*drafts, renewed(again)])
    ask(again, Ballot(approval=again.id, stage=0), ports.asking)


def _check_still_waiting(action: Action, tasks: Tasks) -> None:
    if not tasks.waits(action.task_token):
        why = "The run ended before the answer came; nothing is done after a run's end."
        raise Denied(why, (Reason(policy="run.ended", reason=why),))


def _escalated(action: Action, decision: Decision, drafts: list[Draft], ports: GatePorts) -> Action:
    intent, judge = action.intent, ports.judge
    approval = question(intent, decision, judge)
    opened = [OpenAction(action=action), RequestApproval(approval=approval), *_step(intent, ports)]
    changes = [*minting.requirements(intent, decision.lineage), *relies(decision, intent), *asks(approval), *opened]
    ports.records.commit(intent.run, changes, [*drafts, requested(approval)])
    ask(approval, Ballot(approval=approval.id, stage=0), ports.asking)
    return action


def _approved(action: Action, decision: Decision, drafts: list[Draft], ports: GatePorts, settled: MoveApproval, *also: Change) -> Action:
    action = action.model_copy(update={"status": ActionStatus.WARRANTED})
    return _permitted(action, ActionStatus.WAITING, decision, drafts, ports, settled, *settles(settled.approval), *also)


def _permitted(
    action: Action, was: ActionStatus | None, decision: Decision, drafts: list[Draft], ports: GatePorts, *also: Change
) -> Action:
    intent, charter, now = action.intent, ports.judge.charter, ports.judge.clock.now()
    reserved = minting.reserved(intent, decision.lineage, charter, now)
    action, granted, entry = _granted(action.model_copy(update={"reserved": reserved}), decision, ports)
    opened = [OpenAction(action=action), *_step(intent, ports)]
    change = opened if was is None else [MoveAction(action=action, was=was)]
    required = [*minting.requirements(intent, decision.lineage), *relies(decision, intent)]
    changes = [*required, *change, *minting.reserve(reserved, charter, now), *granted, *also]
    ports.records.commit(intent.run, changes, [*drafts, entry])
    return action if action.receipt else _executed(action, ports)


def _granted(action: Action, decision: Decision, ports: GatePorts) -> tuple[Action, tuple[Change, ...], Draft]:
    """What is said to another agent the gate delivers itself; all else is for whoever a warrant is minted for."""
    if ports.judge.charter.tools[action.intent.tool].message is not None:
        said = said_by(action.intent, decision, ports.judge)
        return action.model_copy(update={"status": ActionStatus.DONE, "receipt": said.receipt}), said.changes, said.draft
    warrant = mint(action.intent, ports.judge.clock.now())
    return action.model_copy(update={"warrant": warrant}), (MintWarrant(warrant=warrant),), entries.minted(warrant, action.reserved)


def _executed(action: Action, ports: GatePorts) -> Action:
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


def _closed(action: Action, refusal: Refusal, drafts: list[Draft], ports: GatePorts, settled: MoveApproval) -> Action:
    closed = action.model_copy(update={"status": ActionStatus.REFUSED, "failure": failure_of(refusal)})
    changes = [MoveAction(action=closed, was=ActionStatus.WAITING), settled, *settles(settled.approval)]
    ports.records.commit(action.intent.run, changes, drafts)
    return closed


def _approval(action: Action, ports: GatePorts) -> Approval:
    approval = ports.asking.approvals.approval(action.intent.key)
    if approval is None:
        raise Unavailable(f"The approval of action {action.intent.key} cannot be read.")
    return approval


def _report(action: Action, ports: GatePorts) -> None:
    if action.failure is not None:
        ports.tasks.fail(action.task_token, action.failure)
    elif action.receipt is not None:
        _report_receipt(action.receipt, action, ports)


def _report_receipt(receipt: Receipt, action: Action, ports: GatePorts) -> None:
    if receipt.verification is Verification.MATCH:
        note_undone(action, ports.records)
        ports.tasks.succeed(action.task_token, receipt)
    else:
        message = f"The read-back of {action.intent.tool} says {receipt.verification}: {receipt.note}"
        ports.tasks.fail(action.task_token, failure_of(OutcomeUnverified(message)))


def _count(ports: GatePorts, *, failed: bool) -> None:
    """An action that could be neither decided nor refused; that there was none is a value too."""
    ports.meter.add(Measure(GATE_ERRORS, failed, {"Domain": ports.judge.charter.domain}))


def _retryable(error: RemitError) -> RemitError:
    return Unavailable(f"The action changed meanwhile: {error.message}") if isinstance(error, Conflict) else error
