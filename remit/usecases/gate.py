"""One governed action: decide, then do it under a warrant, ask a human, or refuse; and record each of them."""

from functools import partial

from remit.domain.action import Action, ActionStatus, failure_of
from remit.domain.decision import Decision, Outcome
from remit.domain.errors import BudgetExhausted, Conflict, OutcomeUnverified, Refusal, RemitError, Unanswerable, Unavailable
from remit.domain.intent import Intent
from remit.domain.ledger import Draft
from remit.domain.measure import GATE_ERRORS, Measure
from remit.domain.model import JsonObject, Model
from remit.domain.warrant import Receipt, Verification
from remit.record_ports import Change, MoveAction
from remit.usecases import entries, minting
from remit.usecases.ask import cannot_reach
from remit.usecases.gate_ports import GatePorts
from remit.usecases.judge import denied, first_decision, ruled
from remit.usecases.resting import cites
from remit.usecases.undoing import note_undone, to_undo
from remit.usecases.waiting import escalated, go_on
from remit.usecases.warranted import permitted, step


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
        _report(go_on(action, ports), ports)
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
        undone, claim = to_undo(intent, ports, go_on)
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
        ports.records.commit(intent.run, step(intent, ports), [*drafts, entries.refused(intent, refusal)])
    except BudgetExhausted as exhausted:
        ports.records.commit(intent.run, [], [*drafts, entries.refused(intent, exhausted)])
        return exhausted
    return refusal


def _act_on(decision: Decision, proposal: Proposal, drafts: list[Draft], ports: GatePorts, *claim: Change) -> Action:
    match decision.outcome:
        case Outcome.ALLOW:
            action = Action(intent=proposal.intent, status=ActionStatus.WARRANTED, task_token=proposal.task_token)
            return permitted(action, None, decision, drafts, ports, *claim)
        case Outcome.ESCALATE:
            action = Action(intent=proposal.intent, status=ActionStatus.WAITING, task_token=proposal.task_token)
            return escalated(action, decision, drafts, ports)
        case Outcome.DENY:
            changes = [*step(proposal.intent, ports), *cites(decision, proposal.intent)]
            ports.records.commit(proposal.intent.run, changes, drafts)
            raise denied(decision)


def _again(action: Action, task_token: str, ports: GatePorts) -> Action:
    """A retry of the same intent: nothing is decided or done twice, but the newest token is the one to answer."""
    action = action.model_copy(update={"task_token": task_token})
    if action.status is ActionStatus.WAITING:
        ports.records.commit(action.intent.run, [MoveAction(action=action, was=ActionStatus.WAITING)], [])
    return go_on(action, ports)


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
