"""Three answers out of a two-valued engine: ALLOW, ESCALATE to a route, DENY."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from remit.domain.case import Case, Evidence
from remit.domain.citing import cited
from remit.domain.errors import Reason
from remit.domain.evaluation import Asked, AuthorizationRequest, Evaluate, Evaluation
from remit.domain.fact_key import FactRef
from remit.domain.labels import Carried
from remit.domain.message import Lineage
from remit.domain.model import JsonObject, Model


class Outcome(StrEnum):
    ALLOW = "ALLOW"
    ESCALATE = "ESCALATE"
    DENY = "DENY"


class FactUsed(FactRef):
    """A fact as the decision saw it: with this, the decision can be made again."""

    name: str
    attributes: JsonObject


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
