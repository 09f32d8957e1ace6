"""Three answers out of two, whatever the engine says."""

from hypothesis import given
from hypothesis import strategies as st

from remit.domain.case import Case, Evidence
from remit.domain.decision import Decision, Outcome, decide, decide_again
from remit.domain.errors import Reason
from remit.domain.evaluation import AuthorizationRequest, Evaluation
from remit.domain.tool_spec import ToolSpec
from tests.fakes.gate import REFUNDS, make_intent, refund

TOOL: ToolSpec = REFUNDS.tools["refunds.issue_refund"]
CAP = Reason(policy="autonomy.amount", reason="over the cap")
rules = st.lists(st.sampled_from("abc").map(lambda name: Reason(policy=name, reason=name)), max_size=3, unique=True).map(tuple)
evaluations = st.builds(Evaluation, allowed=st.booleans(), determining=rules, errors=st.sampled_from([(), ("boom",)]))
answers = st.fixed_dictionaries({None: evaluations, "finance": evaluations, "risk": evaluations})
Answers = dict[str | None, Evaluation]


def case(*exceeded: Reason) -> Case:
    routes = (Evidence(route="finance", approvers=("f@example.com",)), Evidence(route="risk", approvers=("r@example.com",)))
    return Case(intent=make_intent(refund()), tool=TOOL, facts=(), exceeded=exceeded, routes=routes, counts={}, policy_set="p")


def judged(answers: Answers, *exceeded: Reason) -> Decision:
    return decide(case(*exceeded), lambda request: answers[route_of(request)])


def route_of(request: AuthorizationRequest) -> str | None:
    approval = request.context.get("approval")
    return str(approval["route"]) if isinstance(approval, dict) else None


@given(answers, st.booleans())
def test_only_a_clean_allow_within_autonomy_is_an_allow(answers: Answers, beyond: bool) -> None:
    decision = judged(answers, *([CAP] if beyond else []))
    assert (decision.outcome is Outcome.ALLOW) == (answers[None].clean_allow and not beyond)


@given(answers, st.booleans())
def test_a_route_is_asked_only_if_its_approval_would_allow(answers: Answers, beyond: bool) -> None:
    decision = judged(answers, *([CAP] if beyond else []))
    if decision.outcome is Outcome.ESCALATE:
        assert answers[decision.route].clean_allow
    else:
        assert decision.route is None


@given(answers)
def test_an_error_without_approval_is_always_a_denial(answers: Answers) -> None:
    answers[None] = answers[None].model_copy(update={"errors": ("boom",)})
    assert judged(answers).outcome is Outcome.DENY


@given(answers, st.booleans())
def test_an_escalation_and_a_denial_always_say_why(answers: Answers, beyond: bool) -> None:
    decision = judged(answers, *([CAP] if beyond else []))
    no_forbid_named = decision.outcome is Outcome.ESCALATE and not answers[None].determining and not beyond
    assert decision.reasons or decision.outcome is Outcome.ALLOW or no_forbid_named


@given(evaluations)
def test_a_second_decision_is_allow_or_deny_and_errors_deny(answer: Evaluation) -> None:
    evidence = Evidence(route="finance", approvers=("f@example.com",))
    decision = decide_again(case(CAP), evidence, lambda _: answer)
    assert (decision.outcome is Outcome.ALLOW) == answer.clean_allow
    assert decision.outcome is not Outcome.ESCALATE


def test_the_first_route_that_would_allow_is_the_one() -> None:
    no, yes = Evaluation(allowed=False, determining=(Reason(policy="f", reason="f"),)), Evaluation(allowed=True, determining=())
    assert judged({None: no, "finance": no, "risk": yes}).route == "risk"
    assert judged({None: no, "finance": yes, "risk": yes}).route == "finance"


def test_a_denial_names_the_forbids_that_no_approval_lifts() -> None:
    soft, hard = Reason(policy="soft", reason="soft"), Reason(policy="hard", reason="hard")
    both = Evaluation(allowed=False, determining=(soft, hard))
    lifted = Evaluation(allowed=False, determining=(hard,))
    assert judged({None: both, "finance": lifted, "risk": lifted}).policies == ("hard",)
