"""A run once more, offline: the same decisions bit for bit, and what would differ under other policies or another charter."""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from remit.adapters.embedded_cedar import EmbeddedCedar
from remit.domain.ballot import Verdict
from remit.domain.errors import Refusal
from remit.domain.history import history_of
from remit.domain.intent import Intent
from remit.domain.labels import Carried, Labels
from remit.domain.ledger import Draft, Entry, Kind, chain
from remit.domain.model import JsonObject
from remit.domain.warrant import Receipt
from remit.record_ports import Suspend
from remit.usecases import entries as written
from remit.usecases.backtest import Scope, backtest
from remit.usecases.gate import Proposal, govern
from remit.usecases.history import nothing_done
from remit.usecases.judge import Judge, first_decision
from remit.usecases.replay import Replay, Same, replay
from tests.fakes.clock import NOON, FixedClock
from tests.fakes.gate import PAYLOADS, POLICIES, REFUNDS, RUN, World, make_intent, refund
from tests.fakes.outside import TableFacts
from tests.fakes.supply import ASKED, ROOT, SupplyWorld

GENERATED = 10_000
A_RUN = 4
ENGINE = EmbeddedCedar(POLICIES.policies, POLICIES.policy_schema)


def judge(*without: str) -> Judge:
    """The repository's, less some rules, on no facts and no history of its own."""
    rules = [policy for policy in POLICIES.policies if policy.id not in without]
    engine = EmbeddedCedar(rules, POLICIES.policy_schema) if without else ENGINE
    return Judge(charter=REFUNDS, payloads=PAYLOADS, facts=TableFacts({}), history=nothing_done(), engine=engine, clock=FixedClock())


def replayed(entries: tuple[Entry, ...], by: Judge | None = None) -> Replay:
    return replay(entries, {"refunds": by or judge()})


def sames(found: Replay) -> list[Same]:
    return [decision.same for decision in found.decisions]


def reasoned(proposal: JsonObject, payload: JsonObject) -> World:
    """A run in which a model proposed the one and the gate was given the other."""
    world, intent = World(), make_intent(payload)
    world.opened(intent)
    govern(Proposal(task_token="task-1", intent=intent, reasoning={"agent": "support", "proposal": proposal}), world.ports)
    return world


@pytest.mark.parametrize("payload", [refund(120_00), refund(6000_00), refund("much"), refund(120_00, account_id="A-999")])
def test_a_run_is_decided_again_bit_for_bit(payload: JsonObject) -> None:
    world = World()
    world.propose(payload)
    found = replayed(world.entries())
    assert (sames(found), found.unreplayed) == ([Same.IDENTICAL], ())
    assert found.decisions[0].was_digest == found.decisions[0].now_digest


def test_both_decisions_around_an_approval_are_made_again() -> None:
    world = World()
    world.propose(refund(1200_00))
    world.clock.pause(600)
    world.reply(Verdict.APPROVE)
    found = replayed(world.entries())
    assert [(each.was.outcome, each.same) for each in found.decisions] == [("ESCALATE", Same.IDENTICAL), ("ALLOW", Same.IDENTICAL)]


def test_a_no_by_a_human_or_a_suspension_is_nothing_that_policies_decide() -> None:
    rejected, stopped = World(), World()
    rejected.propose(refund(1200_00))
    rejected.reply(Verdict.REJECT)
    suspension = {"agent": "support", "reason": "odd", "by": "arn:aws:iam::000000000000:user/ada", "at": NOON}
    stopped.records.commit("agent-support", [Suspend.model_validate({"suspension": suspension})], [])
    stopped.propose(refund(120_00))
    assert stopped.entries()[-1].kind is Kind.INTENT_REFUSED
    for world in (rejected, stopped):
        found = replayed(world.entries())
        assert (sames(found), found.unreplayed) == ([Same.IDENTICAL], ())


def test_facts_and_history_are_those_of_then() -> None:
    world = World()
    world.propose(refund(120_00))
    world.propose(refund(80_00), step="govern-2")
    world.business["accounts", "A-100"]["status"] = "closed"
    assert sames(replayed(world.entries(), replace(judge(), facts=TableFacts(world.business)))) == [Same.IDENTICAL] * 2


def test_what_came_into_the_record_after_the_decision_had_looked_is_not_looked_at() -> None:
    world, intent = World(), make_intent(refund(120_00))
    world.opened(intent)
    decision = first_decision(intent, world.ports.judge)
    world.propose(refund(80_00), step="govern-2")
    world.records.commit(RUN, [], [*written.proposed(intent, None), written.decided(intent, decision, "cedar", 3)])
    found = replayed(world.entries())
    assert (sames(found)[-1], found.decisions[-1].differs) == (Same.IDENTICAL, ())


def test_a_rule_that_is_gone_flips_and_says_why() -> None:
    world = World()
    world.propose(refund(120_00, account_id="A-200", order_id="O-2001"))
    (decision,) = replayed(world.entries(), judge("refunds.flagged-account")).decisions
    assert (decision.same, decision.was.route, decision.now.outcome) == (Same.FLIPPED, "risk", "ALLOW")
    assert {"outcome", "route", "reasons", "policy_set"} == set(decision.differs)
    assert [reason.policy for reason in decision.was.reasons] == ["refunds.flagged-account"]


def test_a_rule_that_did_not_matter_leaves_the_outcome_and_changes_the_policy_set() -> None:
    world = World()
    world.propose(refund(120_00))
    (decision,) = replayed(world.entries(), judge("refunds.over-maximum")).decisions
    assert (decision.same, decision.differs) == (Same.EQUAL, ("policy_set",))


def test_a_charter_that_takes_a_tool_away_flips_what_it_allowed() -> None:
    world = World()
    world.propose(refund(120_00))
    support = REFUNDS.agents["support"].model_copy(update={"tools": ("refunds.offer_refund",)})
    (decision,) = replayed(world.entries(), replace(judge(), charter=REFUNDS.model_copy(update={"agents": {"support": support}}))).decisions
    assert (decision.same, decision.now.error) == (Same.FLIPPED, "Remit.Denied")


def test_an_intent_that_is_not_what_the_model_proposed_is_seen() -> None:
    proposal: JsonObject = {"tool": "refunds.issue_refund", "payload": refund(120_00)}
    faithful, strayed = (replayed(reasoned(proposal, refund(amount)).entries()) for amount in (120_00, 480_00))
    assert (faithful.models, faithful.strayed) == (1, ())
    assert [(stray.seq, stray.intent["payload"]) for stray in strayed.strayed] == [(2, refund(480_00))]


def test_a_refusal_that_a_charter_would_lift_is_listed_since_nothing_was_looked_at_then() -> None:
    world = World()
    world.propose(refund(120_00), agent="intruder")
    intruder = REFUNDS.agents["support"]
    wider = REFUNDS.model_copy(update={"agents": {**REFUNDS.agents, "intruder": intruder}})
    found = replayed(world.entries(), replace(judge(), charter=wider))
    assert [each.reason for each in found.unreplayed] == [
        "it was refused before its facts were recorded, and the candidate would look at them"
    ]


def test_a_record_that_was_changed_is_not_relied_on() -> None:
    world = World()
    world.propose(refund(120_00))
    first, *rest = world.entries()
    found = replayed((first.model_copy(update={"at": first.at + timedelta(seconds=1)}), *rest))
    assert (found.decisions, [each.seq for each in found.unreplayed]) == ((), [2])


def test_a_record_from_before_decisions_said_when_they_looked_is_the_same_in_what_it_says() -> None:
    world = World()
    world.propose(refund(120_00))
    drafts = [
        Draft(kind=each.kind, body={name: value for name, value in each.body.items() if name not in {"as_of", "seen"}})
        for each in world.entries()
    ]
    assert sames(replayed(chain(RUN, None, drafts, NOON))) == [Same.IDENTICAL]


def generated(dice: random.Random) -> Iterator[tuple[str, tuple[Entry, ...]]]:
    """Runs of a few intents each, over every rule of the domain: what a gate records of them."""
    for number in range(GENERATED // A_RUN):
        yield f"run-{number}", _recorded(f"run-{number}", dice)


def _recorded(run: str, dice: random.Random) -> tuple[Entry, ...]:
    world = World(engine=ENGINE)
    for step in range(A_RUN):
        world.business["accounts", "A-100"] = {
            "status": dice.choice(["open"] * 9 + ["closed"]),
            "flagged": dice.random() < 0.2,
            "version": dice.randrange(1000),
        }
        intent = make_intent(_payload(dice), run=run, step=f"govern-{step}", tool=dice.choice([*REFUNDS.tools] * 9 + ["refunds.nothing"]))
        world.opened(intent)
        world.clock.pause(dice.random())
        world.records.commit(run, [], _ruled(intent, world))
    return world.records.entries(run)


def _ruled(intent: Intent, world: World) -> list[Draft]:
    try:
        decision = first_decision(intent, world.ports.judge)
    except Refusal as refusal:
        return [*written.proposed(intent, None), written.refused(intent, refusal)]
    return [*written.proposed(intent, None), written.decided(intent, decision, "cedar", 1)]


def _payload(dice: random.Random) -> JsonObject:
    amount = dice.choice([dice.randrange(1, 50_000), dice.randrange(1, 1_000_000), -5, "1200"])
    account, order = dice.choice([("A-100", "O-1001")] * 6 + [("A-200", "O-2001"), ("A-200", "O-1001"), ("A-999", "O-1001")])
    return refund(amount, account_id=account, order_id=order, currency=dice.choice(["USD"] * 8 + ["EUR", "XYZ"]))


def test_ten_thousand_generated_decisions_are_the_same_bit_for_bit() -> None:
    seen: Counter[str] = Counter()
    for run, entries in generated(random.Random(8)):
        found = replayed(entries)
        assert (found.run, sames(found), found.unreplayed) == (run, [Same.IDENTICAL] * A_RUN, ())
        seen.update(decision.was.error or decision.was.outcome for decision in found.decisions)
    assert seen.total() == GENERATED
    assert set(seen) == {"ALLOW", "ESCALATE", "DENY", "Remit.InvalidPayload", "Remit.Denied"}


def carried_by(decided: Entry) -> Labels:
    return Carried.model_validate(decided.body["carried"]).labels


def test_what_the_model_was_shown_before_its_call_was_in_the_record_counts_again() -> None:
    world, intent = World(), make_intent(refund(120_00))
    world.opened(intent)
    shown: JsonObject = {"id": "f", "version": 1, "labels": {"integrity": "external", "confidentiality": "secret"}}
    govern(Proposal(task_token="task-1", intent=intent, reasoning={"agent": "support", "facts": [shown]}), world.ports)
    found = replayed(world.entries())
    (decided,) = (entry for entry in world.entries() if entry.kind is Kind.DECISION_MADE)
    assert carried_by(decided) == Labels.model_validate(shown["labels"])
    assert [(each.same, each.differs) for each in found.decisions] == [(Same.IDENTICAL, ())]


def coordinated() -> SupplyWorld:
    """A run that asks for two others; what the first has read shapes what the second is asked."""
    world = SupplyWorld()
    drafting = world.ask(world.begin(), "coordinator", "ask_draft", {"part_id": "P-7", "vendor_id": "V-1", "quantity": 10})
    assert isinstance(world.propose(drafting, "specialist", "read_offer", {"part_id": "P-7", "vendor_id": "V-1"}), Receipt)
    world.ask(ROOT, "coordinator", "ask_order", ASKED)
    return world


def supply_judge(world: SupplyWorld) -> dict[str, Judge]:
    return {"supply": world.ports.judge}


def test_a_run_that_asked_for_others_is_decided_again_by_what_those_had_read() -> None:
    world = coordinated()
    entries = world.records.entries(ROOT)
    others = {run: world.records.entries(run) for run in history_of(entries, NOON).opened}
    assert carried_by(world.last(ROOT, Kind.DECISION_MADE)).integrity == "external"
    found = replay(entries, supply_judge(world), others)
    assert (sames(found), found.unreplayed) == ([Same.IDENTICAL] * 2, ())


def test_without_the_records_of_the_runs_that_it_asked_for_it_cannot_be_decided_again() -> None:
    world = coordinated()
    found = replay(world.records.entries(ROOT), supply_judge(world))
    assert (sames(found), ["not at hand" in each.reason for each in found.unreplayed]) == ([Same.IDENTICAL], [True])


def test_a_backtest_of_the_whole_record_has_the_runs_that_a_run_asked_for() -> None:
    world = coordinated()
    runs = (ROOT, *history_of(world.records.entries(ROOT), NOON).opened)
    report = backtest([entry for run in runs for entry in world.records.entries(run)], supply_judge(world), Scope())
    assert (report.replayed, report.flips, report.unreplayed) == (3, (), ())
