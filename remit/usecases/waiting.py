"""An action that waits for a human: asked, asked anew, answered, withdrawn; and from there as far as it can go."""

from collections.abc import Sequence
from functools import partial

from remit.approval_ports import MoveApproval, RequestApproval
from remit.domain.action import Action, ActionStatus, failure_of
from remit.domain.approval import Approval, ApprovalStatus
from remit.domain.ballot import Ballot
from remit.domain.decision import Decision, Outcome
from remit.domain.errors import Refusal, Unanswerable, Unavailable, run_ended
from remit.domain.fact_change import FactChange, changes_since
from remit.domain.ledger import Draft
from remit.record_ports import Change, MoveAction, OpenAction
from remit.usecases import entries, minting
from remit.usecases.approval_entries import renewed, requested, superseded, withdrawn
from remit.usecases.ask import ask, hear
from remit.usecases.gate_ports import GatePorts
from remit.usecases.judge import denied, first_decision, question, ruled, second_decision
from remit.usecases.resting import asks, relies, settles
from remit.usecases.undoing import none_before, to_undo
from remit.usecases.warranted import executed, permitted, step


def go_on(action: Action, ports: GatePorts) -> Action:
    """From wherever the action stands as far as it can go now."""
    if action.status is ActionStatus.WARRANTED:
        return executed(action, ports)
    if action.status is ActionStatus.WAITING:
        asked = _approval(action, ports)
        if not ports.tasks.waits(action.task_token):
            return _taken_back(asked, action, ports)
        approval = hear(asked, ports.asking)
        if approval.status is ApprovalStatus.HELD:
            return _decided_anew(approval, approval.changes, action, ports)
        return action if approval.open else _answered(approval, action, ports)
    return action


def escalated(action: Action, decision: Decision, drafts: list[Draft], ports: GatePorts) -> Action:
    intent, judge = action.intent, ports.judge
    approval = question(intent, decision, judge)
    opened = [OpenAction(action=action), RequestApproval(approval=approval), *step(intent, ports)]
    changes = [*minting.requirements(intent, decision.lineage), *relies(decision, intent), *asks(approval), *opened]
    ports.records.commit(intent.run, changes, [*drafts, requested(approval)])
    ask(approval, Ballot(approval=approval.id, stage=0), ports.asking)
    return action


def _answered(approval: Approval, action: Action, ports: GatePorts) -> Action:
    intent, settled = action.intent, MoveApproval(approval=approval)
    try:
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


def _taken_back(approval: Approval, action: Action, ports: GatePorts) -> Action:
    """The run has ended, so nobody waits for an answer, and none that was given counts."""
    over, refusal = approval.withdrawn(), run_ended()
    drafts = [withdrawn(over), entries.refused(action.intent, refusal)]
    return _closed(action, refusal, drafts, ports, MoveApproval(approval=over))


def _approved(action: Action, decision: Decision, drafts: list[Draft], ports: GatePorts, settled: MoveApproval, *also: Change) -> Action:
    action = action.model_copy(update={"status": ActionStatus.WARRANTED})
    return permitted(action, ActionStatus.WAITING, decision, drafts, ports, settled, *settles(settled.approval), *also)


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
