"""Recorded decisions under other policies: what would flip, in which order, and what cannot be told."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Annotated

from remit.adapters.embedded_cedar import EmbeddedCedar
from remit.domain.ballot import Verdict
from remit.domain.cedar_type import CedarType
from remit.domain.fact_key import FactRef
from remit.domain.ledger import Draft, Entry, Kind, chain
from remit.domain.model import JsonObject
from remit.domain.payload import Autonomous, Cents
from remit.domain.policy import PolicyText
from remit.usecases.backtest import Report, Scope, backtest
from remit.usecases.history import nothing_done
from remit.usecases.judge import Judge
from tests.fakes.clock import NOON, FixedClock
from tests.fakes.gate import PAYLOADS, POLICIES, REFUNDS, RUN, World, refund
from tests.fakes.outside import TableFacts
from tools.refunds.payloads import IssueRefund

ALL = Scope()


class Generous(IssueRefund):
    amount: Annotated[Cents, Autonomous(le=2000_00)]


def candidate(*without: str) -> Judge:
    """The judge of the repository, less some rules. It has no facts of its own."""
    rules: list[PolicyText] = [policy for policy in POLICIES.policies if policy.id not in without]
    engine = EmbeddedCedar(rules, POLICIES.policy_schema)
    return Judge(charter=REFUNDS, payloads=PAYLOADS, facts=TableFacts({}), history=nothing_done(), engine=engine, clock=FixedClock())


def recorded(*, verdict: Verdict | None = None, **changes: object) -> tuple[Entry, ...]:
    """The ledger of one run: a refund with these changes, and a human's answer if it has to wait for one."""
    world = World()
    world.propose(refund(**changes))
    if verdict is not None:
        world.reply(verdict)
    return world.entries()


def renamed(entries: Iterable[Entry], run: str) -> tuple[Entry, ...]:
    return chain(run, None, [Draft(kind=entry.kind, body=entry.body) for entry in entries], NOON)


def replayed(entries: Iterable[Entry], judge: Judge, scope: Scope = ALL) -> Report:
    return backtest(entries, {"refunds": judge}, scope)


def flips(report: Report) -> list[tuple[str, str]]:
    return [(flip.was.outcome.value, flip.now.outcome.value) for flip in report.flips]


def test_under_the_same_policies_nothing_flips() -> None:
    runs = [
        recorded(amount=120_00),
        recorded(amount=6000_00),
        recorded(amount=1200_00, verdict=Verdict.APPROVE),
        recorded(amount=80_00, account_id="A-200", order_id="O-2001", verdict=Verdict.REJECT),
    ]
    entries = [entry for number, run in enumerate(runs) for entry in renamed(run, f"run-{number}")]
    assert replayed(entries, candidate()) == Report(replayed=5, flips=(), unreplayed=())


def test_a_rule_that_is_gone_lets_through_what_it_forbade() -> None:
    report = replayed(recorded(account_id="A-200", order_id="O-2001"), candidate("refunds.flagged-account"))
    (flip,) = report.flips
    assert (flip.run, flip.agent, flip.tool, flip.payload["account_id"]) == (RUN, "support", "refunds.issue_refund", "A-200")
    assert (flip.was.route, [reason.policy for reason in flip.was.reasons]) == ("risk", ["refunds.flagged-account"])
    assert [reason.policy for reason in flip.now.reasons] == ["refunds.matrix.support"]


def test_denials_that_become_allowed_come_first_and_what_is_held_back_last() -> None:
    runs = {"a-held-back": recorded(), "b-asked": recorded(amount=6000_00), "c-let-through": recorded(currency="EUR")}
    entries = [entry for name, run in runs.items() for entry in renamed(run, name)]
    stop = PolicyText(
        id="stop",
        reason="No small ones.",
        statement='@id("stop") @reason("No small ones.") forbid (principal, action, resource) when { context.payload.currency == "USD" '
        "&& context.payload.amount < 50000 };",
        line=1,
    )
    loose = candidate("refunds.over-maximum", "refunds.other-currency")
    rules = [*(policy for policy in POLICIES.policies if policy.id not in {"refunds.over-maximum", "refunds.other-currency"}), stop]
    report = replayed(entries, replace(loose, engine=EmbeddedCedar(rules, POLICIES.policy_schema)))
    assert flips(report) == [("DENY", "ALLOW"), ("DENY", "ESCALATE"), ("ALLOW", "DENY")]


def test_another_route_is_a_flip_too() -> None:
    charter = REFUNDS.model_copy(
        update={
            "tools": {
                **REFUNDS.tools,
                "refunds.issue_refund": REFUNDS.tools["refunds.issue_refund"].model_copy(update={"escalation": ("risk", "finance")}),
            }
        }
    )
    (flip,) = replayed(recorded(amount=1200_00), replace(candidate(), charter=charter)).flips
    assert (flip.was.route, flip.now.route) == ("finance", "risk")


def test_a_decision_after_an_approval_is_replayed_with_that_approval() -> None:
    report = replayed(recorded(amount=1200_00, verdict=Verdict.APPROVE), candidate("refunds.over-autonomy"))
    assert (report.replayed, flips(report)) == (2, [])


def test_a_higher_cap_flips_what_it_escalated() -> None:
    judge = replace(candidate("refunds.over-autonomy"), payloads={**PAYLOADS, "refunds.issue_refund": Generous})
    assert flips(replayed(recorded(amount=1200_00), judge)) == [("ESCALATE", "ALLOW")]


def test_a_tool_that_the_matrix_no_longer_gives_is_denied() -> None:
    support = REFUNDS.agents["support"].model_copy(update={"tools": ("refunds.offer_refund",)})
    judge = replace(candidate(), charter=REFUNDS.model_copy(update={"agents": {"support": support}}))
    assert flips(replayed(recorded(), judge)) == [("ALLOW", "DENY")]


def test_the_recorded_facts_decide_and_not_those_of_today() -> None:
    world = World()
    world.propose()
    world.business["accounts", "A-100"]["status"] = "closed"
    judge = replace(candidate(), facts=TableFacts(world.business))
    assert replayed(world.entries(), judge).flips == ()


def test_a_decision_without_the_values_of_its_facts_is_listed_and_not_skipped() -> None:
    drafts = [Draft(kind=entry.kind, body=_as_recorded_before(entry)) for entry in recorded()]
    report = replayed(chain(RUN, None, drafts, NOON), candidate())
    (left_out,) = report.unreplayed
    assert (report.replayed, left_out.seq) == (0, 2)
    assert left_out.reason == "the entry lacks facts.0.name: it was recorded before decisions kept what they looked at"


def test_a_run_whose_chain_is_broken_is_not_relied_on() -> None:
    entries = list(recorded())
    entries[0] = entries[0].model_copy(update={"body": {**entries[0].body, "agent": "other"}})
    report = replayed(entries, candidate())
    assert [left_out.reason for left_out in report.unreplayed] == [
        "the run's chain does not hold at entry 0, so its record cannot be relied on"
    ]


def test_a_decision_without_its_intent_is_listed() -> None:
    drafts = [Draft(kind=entry.kind, body=entry.body) for entry in recorded() if entry.kind is not Kind.INTENT_PROPOSED]
    report = replayed(chain(RUN, None, drafts, NOON), candidate())
    assert [left_out.reason for left_out in report.unreplayed] == ["the run has no whole intent.proposed entry for it"]


def test_a_decision_of_a_domain_without_candidate_is_listed() -> None:
    report = backtest(recorded(), {}, ALL)
    assert [left_out.reason for left_out in report.unreplayed] == ["the candidate has no policies for the domain 'refunds'"]


def test_a_fact_that_only_the_candidate_looks_at_is_a_reason_not_to_replay() -> None:
    order = REFUNDS.facts["order"]
    wider = order.model_copy(update={"attributes": {**order.attributes, "shipped": CedarType.BOOLEAN}})
    charter = REFUNDS.model_copy(update={"facts": {**REFUNDS.facts, "order": wider}})
    report = replayed(recorded(), replace(candidate(), charter=charter))
    assert [left_out.reason for left_out in report.unreplayed] == ["the candidate looks at order.shipped, which was not recorded"]


def test_only_the_decisions_asked_for_are_replayed() -> None:
    entries = recorded()
    assert replayed(entries, candidate(), Scope(since=NOON)).replayed == 1
    assert replayed(entries, candidate(), Scope(since=NOON + timedelta(seconds=1))).replayed == 0
    assert backtest(entries, {}, Scope(domain="claims")) == Report(replayed=0, flips=(), unreplayed=())


def _as_recorded_before(entry: Entry) -> JsonObject:
    facts = entry.body.get("facts")
    if not isinstance(facts, list):
        return entry.body
    refs = [FactRef.model_validate({name: fact[name] for name in ("id", "version")}) for fact in facts if isinstance(fact, dict)]
    return {**entry.body, "facts": [ref.model_dump() for ref in refs]}
