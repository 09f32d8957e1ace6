"""Gather what a decision looks at, and decide: once before any approval, once more after one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from remit.domain.approval import Approval, ApprovalStatus, request_approval
from remit.domain.assertion import Assertion, check_authority
from remit.domain.authority import check_speaks_for, no_authority
from remit.domain.ballot import Answer
from remit.domain.budget import check_deadline
from remit.domain.case import Case, Evidence, routes_of
from remit.domain.charter import Charter
from remit.domain.decision import Decision, Trial, decide, decide_again, flip
from remit.domain.errors import ApprovalExpired, ApprovalRejected, Denied, Reason, Unanswerable
from remit.domain.evaluation import Evaluate
from remit.domain.history import Caller, History
from remit.domain.intent import Intent
from remit.domain.ledger import Draft
from remit.domain.message import check_message, lineage_of
from remit.domain.model import JsonObject
from remit.domain.operation import check_operation
from remit.domain.payload import Payload, beyond_autonomy, parse_payload
from remit.domain.precondition import check
from remit.domain.proportion import check_stated, owner_of, scope_of
from remit.domain.statement import OperationKind
from remit.domain.tool_spec import ToolSpec
from remit.domain.wording import word
from remit.names import extract_workflow
from remit.ports import Clock, FactSource, PolicyEngine, RunHistory, ShadowPolicies, Spans
from remit.usecases.asserting import operation_of
from remit.usecases.entries import decided
from remit.usecases.resting import shown_to
from remit.usecases.working_label import carried_by


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """Everything a decision in one domain rests on; payload models are by tool name. Nobody of another `account` speaks for an agent."""

    charter: Charter
    payloads: Mapping[str, type[Payload]]
    facts: FactSource
    history: RunHistory
    engine: PolicyEngine
    clock: Clock
    account: str = ""
    shadow: ShadowPolicies | None = None


def first_decision(intent: Intent, judge: Judge, reasoning: JsonObject | None = None) -> Decision:
    """ALLOW, ESCALATE or DENY; `reasoning` is the model call behind the intent, which is not in the record yet. Raises InvalidPayload,
    PreconditionUnmet, PreconditionRunning, BudgetExhausted or Denied where there is nothing to ask the engine about."""
    case = _case(intent, judge, reasoning or {})
    return _decision(case, judge, partial(decide, case))


def approved_decision(intent: Intent, evidence: Evidence, judge: Judge) -> Decision:
    """ALLOW or DENY on this evidence and the facts as they are now. Raises as first_decision does."""
    case = _case(intent, judge, {})
    return _decision(case, judge, partial(decide_again, case, evidence))


def question(intent: Intent, decision: Decision, judge: Judge) -> Approval:
    """What an ESCALATE decision asks of its route. Raises Unanswerable if too few are left who may answer."""
    wording = word(judge.charter.tools[intent.tool], judge.payloads[intent.tool], intent)
    approval = request_approval(judge.charter, intent, decision, wording, judge.clock.now())
    if not approval.answerable:
        why = f"Too few of {approval.route} may answer: whoever asks for it, or is asked on behalf of, may not."
        raise Unanswerable(why, (Reason(policy=f"approval.{approval.route}", reason=why),))
    return approval


def second_decision(approval: Approval, intent: Intent, judge: Judge) -> Decision:
    """ALLOW or DENY with the human's answer and fresh facts. Raises ApprovalRejected, ApprovalExpired, and as
    first_decision does."""
    if approval.rejection is not None:
        raise _rejected(approval.rejection, approval.route)
    if approval.payload_digest != intent.payload_digest:
        raise Denied("The approval is for another payload.", (Reason(policy="approval.digest", reason="another payload"),))
    if approval.status is ApprovalStatus.EXPIRED or judge.clock.now() >= approval.expires_at:
        raise ApprovalExpired("The question expired before it was answered, or before the gate heard of the answer.")
    return approved_decision(intent, approval.evidence, judge)


def ruled(intent: Intent, decide: Callable[[], Decision], judge: Judge, spans: Spans) -> tuple[Decision, Draft]:
    """A decision and its entry, which says whose it is and how long it took. Raises what `decide` raises."""
    with spans.span("decide", run=intent.run, agent=intent.agent, tool=intent.tool) as span:
        decision = decide()
        span.note(outcome=decision.outcome.value)
    return decision, decided(intent, decision, judge.engine.name, span.milliseconds)


def denied(decision: Decision) -> Denied:
    """A DENY decision as the error that the agent sees."""
    return Denied(" ".join(reason.reason for reason in decision.reasons), decision.reasons)


def _decision(case: Case, judge: Judge, ask: Callable[[Evaluate], Decision]) -> Decision:
    decision = ask(judge.engine.evaluate)
    if judge.shadow is None:
        return decision
    return decision.model_copy(update={"shadow": _trials(case, decision, judge.shadow, ask)})


def _trials(case: Case, decision: Decision, shadow: ShadowPolicies, ask: Callable[[Evaluate], Decision]) -> tuple[Trial, ...]:
    try:
        tried = [flip(policy, decision, ask(evaluate)) for policy, evaluate in _on_trial(case, shadow).items()]
    except Exception as error:  # noqa: BLE001 - whatever goes wrong on trial, the real decision stands
        return (Trial(policy="shadow.error", error=f"{type(error).__name__}: {error}"),)
    return tuple(trial for trial in tried if trial is not None)


def _on_trial(case: Case, shadow: ShadowPolicies) -> Mapping[str, Evaluate]:
    """Whatever can match the question about the agent, or that about the person."""
    return {policy: evaluate for request in case.requests(None) for policy, evaluate in shadow.trials(request).items()}


def _case(intent: Intent, judge: Judge, reasoning: JsonObject) -> Case:
    tool = _tool(intent, judge.charter)
    payload = parse_payload(judge.payloads[intent.tool], intent.payload)
    _names_its_resource(intent, tool)
    tenant = _tenant(intent, judge.charter)
    history = _history(intent, tool, judge)
    _goes_by_what_stands(reasoning, history)
    check_stated(history.opening, tool, intent.payload)
    done, lineage = history.counts(), lineage_of(history.opening)
    if tool.message:
        check_message(tool.message, intent, history, lineage)
    if isinstance(payload, Assertion):
        _check_assertion(payload, intent, history, judge)
    facts = judge.facts.read({name: judge.charter.facts[name] for name in tool.facts}, intent.payload, tenant)
    return Case(
        intent=intent,
        tool=tool,
        facts=facts,
        exceeded=beyond_autonomy(payload),
        routes=routes_of(judge.charter, tool),
        counts={name: done[name] for name in judge.charter.tools},
        policy_set=judge.engine.policy_set(),
        as_of=history.as_of,
        seen=history.seen,
        carried=carried_by(intent, history, judge.charter, facts, reasoning),
        lineage=lineage,
        owner=owner_of(tool, facts, intent, judge.charter.approvers),
        scope=scope_of(judge.charter, history.opening, intent.payload),
    )


def _check_assertion(payload: Assertion, intent: Intent, history: History, judge: Judge) -> None:
    """Only a run that the API opened for a log asserts, and only under the authority that the API found its caller to have. Raises Denied,
    InvalidFact, NoAuthority."""
    charter, opening = judge.charter, history.opening
    opened = opening.get("input") if opening.get("workflow") == extract_workflow(charter.domain) else None
    check_authority(intent.payload, opened, charter.domain)
    if all(authority.name != payload.authority for authority in charter.authorities):
        raise no_authority(payload.speaker, charter)
    kind = OperationKind.DELETE if payload.retracts else OperationKind.UPDATE
    check_operation(operation_of(payload, kind, charter), charter, judge.clock.now())


def _history(intent: Intent, tool: ToolSpec, judge: Judge) -> History:
    """What the run has done, which is all that the tool requires of it."""
    history = judge.history.read(intent.run, lambda step: any(each.concerns(step, intent.payload) for each in tool.requires))
    _is_the_callers(intent, history)
    _is_its_agents(intent, history, judge)
    check_deadline(judge.charter.limits, history.started_at, history.as_of)
    check(tool.requires, intent.payload, history)
    return history


def _is_the_callers(intent: Intent, history: History) -> None:
    """An intent names the caller and the delegator that the API recorded: a state machine's input is not believed in this."""
    if history.started_by not in {None, Caller(requester=intent.requester, delegator=intent.delegator)}:
        why = "The intent names another caller than the one who started the run."
        raise Denied(why, (Reason(policy="run.record", reason=why),))
    if intent.delegator is not None:
        intent.delegator.check(history.as_of)


def _is_its_agents(intent: Intent, history: History, judge: Judge) -> None:
    """A run is one agent's, as was recorded when it was opened; where it was asked for from elsewhere, by somebody who speaks for them."""
    if intent.agent != history.opening.get("agent", intent.agent):
        why = "The intent names another agent than the one whose run it is."
        raise Denied(why, (Reason(policy="run.record", reason=why),))
    if "intent" in history.opening:
        check_speaks_for(intent.agent, intent.requester, judge.charter.agents[intent.agent].elsewhere, judge.account)


def _goes_by_what_stands(reasoning: JsonObject, history: History) -> None:
    """A run that is held because of a fact goes on once its model has been shown what stands instead."""
    went_by = shown_to(reasoning) if history.holds else ()
    for hold in history.holds:
        if any(fact.id == hold.fact.id and fact.version <= hold.fact.version for fact in went_by):
            why = f"{hold.why}. Look at what stands, and propose what follows from it."
            raise Denied(why, (Reason(policy="fact.changed", reason=why),))


def _tool(intent: Intent, charter: Charter) -> ToolSpec:
    agent = charter.agents.get(intent.agent)
    if agent is None or intent.tool not in agent.tools:
        reason = f"The permission matrix has no cell for agent '{intent.agent}' and tool '{intent.tool}'."
        raise Denied(reason, (Reason(policy=f"{charter.domain}.matrix", reason=reason),))
    return charter.tools[intent.tool]


def _names_its_resource(intent: Intent, tool: ToolSpec) -> None:
    if tool.resource and not tool.resource_of(intent.payload):
        reason = f"The payload names no {tool.resource.type}: {tool.resource.field} is missing."
        raise Denied(reason, (Reason(policy=f"payload.{tool.resource.field}", reason=reason),))


def _tenant(intent: Intent, charter: Charter) -> str | None:
    """Whose records it is about. Raises Denied where they are kept by tenant and nobody of one is behind it."""
    tenant = None if intent.delegator is None else intent.delegator.tenant
    if tenant is None and charter.is_by_tenant(intent.tool):
        why = f"{intent.tool} is about records that are kept by tenant: it is done on behalf of a person of one, or not at all."
        raise Denied(why, (Reason(policy="delegation.tenant", reason=why),))
    return tenant


def _rejected(answer: Answer, route: str) -> ApprovalRejected:
    why = answer.comment or "no reason given"
    return ApprovalRejected(f"{answer.voice.by} rejected it: {why}", (Reason(policy=f"approval.{route}", reason=why),))
