"""Gather what a decision looks at, and decide: once before any approval, once more after one."""

from collections.abc import Mapping
from dataclasses import dataclass

from remit.domain.approval import Approval, ApprovalStatus
from remit.domain.charter import Charter, ToolSpec
from remit.domain.decision import Case, Decision, decide, decide_again, routes_of
from remit.domain.errors import ApprovalExpired, ApprovalRejected, Denied, Reason
from remit.domain.intent import Intent
from remit.domain.payload import Payload, beyond_autonomy, parse_payload
from remit.ports import Clock, FactSource, PolicyEngine


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """Everything a decision in one domain rests on; payload models are by tool name."""

    charter: Charter
    payloads: Mapping[str, type[Payload]]
    facts: FactSource
    engine: PolicyEngine
    clock: Clock


def first_decision(intent: Intent, judge: Judge) -> Decision:
    """ALLOW, ESCALATE or DENY. Raises InvalidPayload or Denied where there is nothing to ask the engine about."""
    return decide(_case(intent, judge), judge.engine.evaluate)


def second_decision(approval: Approval, intent: Intent, judge: Judge) -> Decision:
    """ALLOW or DENY with the human's answer and fresh facts. Raises ApprovalRejected, ApprovalExpired or Denied."""
    if approval.status is ApprovalStatus.REJECTED:
        raise _rejected(approval)
    if approval.payload_digest != intent.payload_digest:
        raise Denied("The approval is for another payload.", (Reason(policy="approval.digest", reason="another payload"),))
    if judge.clock.now() >= approval.expires_at:
        raise ApprovalExpired("The approval reached the gate after it had expired.")
    return decide_again(_case(intent, judge), approval.evidence, judge.engine.evaluate)


def denied(decision: Decision) -> Denied:
    """A DENY decision as the error that the agent sees."""
    return Denied(" ".join(reason.reason for reason in decision.reasons), decision.reasons)


def _case(intent: Intent, judge: Judge) -> Case:
    tool = _tool(intent, judge.charter)
    payload = parse_payload(judge.payloads[intent.tool], intent.payload)
    return Case(
        intent=intent,
        tool=tool,
        facts=judge.facts.read({name: judge.charter.facts[name] for name in tool.facts}, intent.payload),
        exceeded=beyond_autonomy(payload),
        routes=routes_of(judge.charter, tool),
        policy_set=judge.engine.policy_set(),
    )


def _tool(intent: Intent, charter: Charter) -> ToolSpec:
    agent = charter.agents.get(intent.agent)
    if agent is None or intent.tool not in agent.tools:
        reason = f"The permission matrix has no cell for agent '{intent.agent}' and tool '{intent.tool}'."
        raise Denied(reason, (Reason(policy=f"{charter.domain}.matrix", reason=reason),))
    return charter.tools[intent.tool]


def _rejected(approval: Approval) -> ApprovalRejected:
    why = approval.comment or "no reason given"
    return ApprovalRejected(f"{approval.answered_by} rejected it: {why}", (Reason(policy=f"approval.{approval.route}", reason=why),))
