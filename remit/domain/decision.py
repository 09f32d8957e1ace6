"""Three answers out of a two-valued engine: ALLOW, ESCALATE to a route, DENY."""

from collections.abc import Callable, Sequence
from datetime import datetime
from enum import StrEnum

from remit.domain.charter import Charter
from remit.domain.citing import cited
from remit.domain.errors import Reason
from remit.domain.fact import Fact
from remit.domain.fact_key import FactRef
from remit.domain.intent import Intent
from remit.domain.labels import Carried
from remit.domain.message import Lineage, narrowing
from remit.domain.model import JsonObject, Model
from remit.domain.tool_spec import ToolSpec


class Outcome(StrEnum):
    ALLOW = "ALLOW"
    ESCALATE = "ESCALATE"
    DENY = "DENY"


class Evidence(Model):
    """Approval evidence, hypothetical (all of a route's approvers) or real (the one who approved)."""

    route: str
    approvers: tuple[str, ...]


class EntityId(Model):
    type: str
    id: str


class AuthorizationRequest(Model):
    """One question to the engine; `context` is plain JSON with integers, strings, booleans, lists and records, `groups` are
    those that the principal is in."""

    principal: EntityId
    action: EntityId
    resource: EntityId
    context: JsonObject
    groups: tuple[EntityId, ...] = ()


class Asked(Model):
    """What one of two principals was answered."""

    principal: EntityId
    allowed: bool
    policies: tuple[str, ...]


class Evaluation(Model):
    """The engine's two-valued answer, with the rules that determined it. Any error makes it a no. `asked` tells the answers apart where
    an agent acts on a person's behalf."""

    allowed: bool
    determining: tuple[Reason, ...]
    errors: tuple[str, ...] = ()
    asked: tuple[Asked, ...] = ()

    @property
    def clean_allow(self) -> bool:
        return self.allowed and not self.errors


class FactUsed(FactRef):
    """A fact as the decision saw it: with this, the decision can be made again."""

    name: str
    attributes: JsonObject


class Owner(Model):
    """Whose the record is, by their address, and whether it is they who ask."""

    address: str
    asks: bool


class Scope(Model):
    """How far the request lets its run reach, and whether this is about the record that the request named."""

    reach: str
    within: bool


class Trial(Model):
    """What a policy in shadow mode would have made of the decision, had it been in force; no `would` if that cannot be told."""

    policy: str
    would: Outcome | None = None
    route: str | None = None
    error: str | None = None


class Decision(Model):
    """What the gate decided, why, and from what: with `as_of` and `seen`, when it looked and at how many entries of the run, it can be
    made again. `shadow` holds only the trials that would have changed it, or failed."""

    outcome: Outcome
    route: str | None = None
    reasons: tuple[Reason, ...] = ()
    facts: tuple[FactUsed, ...] = ()
    exceeded: tuple[Reason, ...] = ()
    policy_set: str
    approval: Evidence | None = None
    asked: tuple[Asked, ...] = ()
    as_of: datetime | None = None
    seen: int | None = None
    carried: Carried = Carried()
    lineage: Lineage | None = None
    shadow: tuple[Trial, ...] = ()

    @property
    def policies(self) -> tuple[str, ...]:
        """The ids of the rules that determined it."""
        return tuple(reason.policy for reason in self.reasons)


_ENGINE_ERROR = "engine.error"
NO_PERMIT = Reason(policy="matrix", reason="No permit of the permission matrix covers this agent and tool.")
NO_PERMIT_FOR_ASKER = Reason(
    policy="matrix.asker",
    reason="No permit of the permission matrix covers this tool and an agent that asked for this: nobody gives what they lack.",
)
NO_PERMIT_FOR_PERSON = Reason(
    policy="matrix.group", reason="No permit of the permission matrix covers this tool and any group of the person on whose behalf it is."
)

Evaluate = Callable[[AuthorizationRequest], Evaluation]


class Case(Model):
    """Everything a decision looks at, gathered at one moment; `counts` says how often the run has done each tool of the charter."""

    intent: Intent
    tool: ToolSpec
    facts: tuple[Fact, ...]
    exceeded: tuple[Reason, ...]
    routes: tuple[Evidence, ...]
    counts: dict[str, int]
    policy_set: str
    as_of: datetime | None = None
    seen: int | None = None
    carried: Carried = Carried()
    lineage: Lineage | None = None
    owner: Owner | None = None
    scope: Scope | None = None

    def request(self, evidence: Evidence | None) -> AuthorizationRequest:
        """The question about the agent."""
        return AuthorizationRequest(
            principal=EntityId(type="Remit::Agent", id=self.intent.agent),
            action=EntityId(type="Remit::Action", id=self.intent.tool),
            resource=EntityId(type=f"Remit::{self.tool.resource_type}", id=self.tool.resource_of(self.intent.payload)),
            context=self._context(evidence),
        )

    def requests(self, evidence: Evidence | None) -> tuple[AuthorizationRequest, ...]:
        """The question about the agent; the same about each who asked for its run; and, where it acts on a person's behalf, about them."""
        agent, delegator = self.request(evidence), self.intent.delegator
        askers = tuple(agent.model_copy(update={"principal": EntityId(type="Remit::Agent", id=asker)}) for asker in self._askers())
        if delegator is None:
            return (agent, *askers)
        person = EntityId(type="Remit::User", id=delegator.person)
        groups = tuple(EntityId(type="Remit::Group", id=group) for group in delegator.groups)
        return agent, *askers, agent.model_copy(update={"principal": person, "groups": groups})

    def _askers(self) -> tuple[str, ...]:
        """An answer uses nobody's authority but the one's who gives it."""
        answers = self.tool.message is not None and self.tool.message.opens is None
        return () if answers else tuple(asker for asker in narrowing(self.lineage) if asker != self.intent.agent)

    def _context(self, evidence: Evidence | None) -> JsonObject:
        context: JsonObject = {
            "payload": self.intent.payload,
            "facts": {fact.name: fact.attributes for fact in self.facts},
            "requester": {"arn": self.intent.requester.arn},
            "run": self._run(),
            "labels": self.carried.labels.model_dump(mode="json"),
        }
        context |= {name: each.model_dump() for name, each in (("owner", self.owner), ("scope", self.scope)) if each is not None}
        if self.carried.destination is not None:
            context["destination"] = self.carried.destination.model_dump(mode="json")
        if self.intent.delegator is not None:
            context["delegator"] = self.intent.delegator.context()
        return context if evidence is None else {**context, "approval": {"route": evidence.route, "approvers": list(evidence.approvers)}}

    def _run(self) -> JsonObject:
        completed = [tool for tool, times in sorted(self.counts.items()) if times]
        return {"id": self.intent.run, "step": self.intent.step, "completed": [*completed], "counts": {**self.counts}}


def routes_of(charter: Charter, tool: ToolSpec) -> tuple[Evidence, ...]:
    """The hypothetical approvals worth asking about, in the charter's order."""
    return tuple(Evidence(route=route, approvers=charter.approvers_of(route)) for route in charter.routes_of(tool))


def decide(case: Case, evaluate: Evaluate) -> Decision:
    """First answer: ALLOW within autonomy; ESCALATE to the first route whose approval would allow it; else DENY."""
    plain = _evaluate(case, None, evaluate)
    if plain.errors:
        return _decision(case, Outcome.DENY, _errors(plain), plain)
    if plain.allowed and not case.exceeded:
        return _decision(case, Outcome.ALLOW, plain.determining, plain)
    return _ask_routes(case, plain, evaluate)


def decide_again(case: Case, evidence: Evidence, evaluate: Evaluate) -> Decision:
    """After a human approved: only ALLOW or DENY, on the real evidence and the facts as they are now."""
    answer = _evaluate(case, evidence, evaluate)
    outcome = Outcome.ALLOW if answer.clean_allow else Outcome.DENY
    return _decision(case, outcome, _errors(answer) or answer.determining, answer, approval=evidence)


def flip(policy: str, decision: Decision, tried: Decision) -> Trial | None:
    """What the policy on trial would have changed, if anything."""
    if (tried.outcome, tried.route) == (decision.outcome, decision.route):
        return None
    errors = [reason.reason for reason in tried.reasons if reason.policy == _ENGINE_ERROR]
    return Trial(policy=policy, would=tried.outcome, route=tried.route, error="; ".join(errors) or None)


def _ask_routes(case: Case, plain: Evaluation, evaluate: Evaluate) -> Decision:
    asked_why = (*_forbids(plain), *case.exceeded)
    refusals: list[tuple[Reason, ...]] = []
    for route in case.routes:
        answer = _evaluate(case, route, evaluate)
        if answer.errors:
            return _decision(case, Outcome.DENY, _errors(answer), answer)
        if answer.allowed:
            return _decision(case, Outcome.ESCALATE, asked_why, plain, route=route.route)
        refusals.append(answer.determining)
    return _decision(case, Outcome.DENY, _in_all(refusals) or asked_why, plain)


def _in_all(refusals: Sequence[tuple[Reason, ...]]) -> tuple[Reason, ...]:
    """What no approval lifts."""
    first, rest = (refusals[0], refusals[1:]) if refusals else ((), ())
    return tuple(reason for reason in first if all(reason in refusal for refusal in rest))


def _evaluate(case: Case, evidence: Evidence | None, evaluate: Evaluate) -> Evaluation:
    """Every principal has to be allowed: an agent on a person's behalf may do only what both may."""
    requests = case.requests(evidence)
    answers = [_explained(request, evaluate(request), case) for request in requests]
    return answers[0] if len(answers) == 1 else _all_of(requests, answers)


def _all_of(requests: Sequence[AuthorizationRequest], answers: Sequence[Evaluation]) -> Evaluation:
    decisive = [answer for answer in answers if not answer.clean_allow] or answers
    return Evaluation(
        allowed=all(answer.clean_allow for answer in answers),
        determining=tuple(dict.fromkeys(reason for answer in decisive for reason in answer.determining)),
        errors=tuple(error for answer in answers for error in answer.errors),
        asked=tuple(
            Asked(principal=request.principal, allowed=answer.clean_allow, policies=tuple(reason.policy for reason in answer.determining))
            for request, answer in zip(requests, answers, strict=True)
        ),
    )


def _explained(request: AuthorizationRequest, answer: Evaluation, case: Case) -> Evaluation:
    """A no that no rule determined is the matrix's."""
    if answer.allowed or answer.errors or answer.determining:
        return answer
    if request.principal.type != "Remit::Agent":
        return answer.model_copy(update={"determining": (NO_PERMIT_FOR_PERSON,)})
    own = request.principal.id == case.intent.agent
    return answer.model_copy(update={"determining": (NO_PERMIT if own else NO_PERMIT_FOR_ASKER,)})


def _forbids(answer: Evaluation) -> tuple[Reason, ...]:
    return () if answer.allowed else answer.determining


def _errors(answer: Evaluation) -> tuple[Reason, ...]:
    return tuple(Reason(policy=_ENGINE_ERROR, reason=error) for error in answer.errors)


def _decision(
    case: Case,
    outcome: Outcome,
    reasons: tuple[Reason, ...],
    answer: Evaluation,
    *,
    route: str | None = None,
    approval: Evidence | None = None,
) -> Decision:
    return Decision(
        outcome=outcome,
        route=route,
        reasons=tuple(cited(reason, case.facts) for reason in reasons),
        facts=tuple(FactUsed(id=fact.ref.id, version=fact.ref.version, name=fact.name, attributes=fact.attributes) for fact in case.facts),
        exceeded=case.exceeded,
        policy_set=case.policy_set,
        approval=approval,
        asked=answer.asked,
        as_of=case.as_of,
        seen=case.seen,
        carried=case.carried,
        lineage=case.lineage,
    )
