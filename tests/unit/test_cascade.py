"""A fact changes: what rests on what it said before is found and held, and the gate decides anew."""

from collections.abc import Sequence

import pytest

from remit.domain.approval import ApprovalStatus
from remit.domain.errors import Conflict, LinkRefused
from remit.domain.fact_key import FactKey, FactRef
from remit.domain.ledger import Kind
from remit.domain.operation import Author
from remit.domain.statement import Citation, CitedBy
from remit.record_ports import Change, MintWarrant
from remit.usecases.close import close
from remit.usecases.ending import Close
from remit.usecases.facts import chain_of
from tests.fakes.closing import close_ports
from tests.fakes.evidence import check
from tests.fakes.gate import RUN
from tests.fakes.shipping import RULE, Shipping, booking

RULE_1 = FactRef(id=RULE.id, version=1)
DAYS = FactKey(namespace="planner", subject="zone-B", predicate="transit_days")
PLANNER = Author(name="planner", authority="agent")


@pytest.fixture
def world() -> Shipping:
    world = Shipping()
    world.said("X")
    return world


def statuses(world: Shipping) -> list[ApprovalStatus]:
    return [approval.status for approval in world.records.approvals.values()]


def complete(world: Shipping) -> list[str]:
    return [str(flaw) for flaw in check(world.entries()).flaws]


def test_a_decision_is_cited_in_the_transaction_that_acts_on_it(world: Shipping) -> None:
    intent = world.asked()
    cited = world.memory.citations(RULE)
    assert cited == (Citation(fact=RULE_1, kind=CitedBy.APPROVAL, by=intent.key), Citation(fact=RULE_1, kind=CitedBy.RUN, by=RUN))


def test_a_question_is_held_and_says_what_changed(world: Shipping) -> None:
    intent = world.asked()
    world.changed("Y")
    (approval,) = world.records.approvals.values()
    (change,) = approval.changes
    assert (approval.status, change.id) == (ApprovalStatus.HELD, RULE.id)
    assert change.now is not None
    assert ((change.was["value"], change.was["version"]), (change.now["value"], change.now["version"])) == (("X", 1), ("Y", 2))
    assert world.woken.woken == [intent.key]
    with pytest.raises(LinkRefused):
        world.approved()


def test_what_the_new_rule_forbids_is_denied_with_its_id_and_nobody_has_to_answer(world: Shipping) -> None:
    intent = world.asked()
    world.changed("Y")
    world.woke()
    assert statuses(world) == [ApprovalStatus.SUPERSEDED]
    failure = world.failure("govern-1")
    assert (failure.error, "logistics:zone-B/carrier v2" in failure.message) == ("Remit.Denied", True)
    assert not [each for each in world.memory.citations(RULE) if each.by == intent.key]
    assert complete(world) == []


def test_a_question_that_still_has_to_be_asked_is_asked_anew_and_old_answers_count_no_more(world: Shipping) -> None:
    world.asked()
    first = world.records.links.copy()
    world.changed("Y")
    world.changed("X")
    world.woke()
    (approval,) = world.records.approvals.values()
    assert (approval.status, approval.round, [fact.version for fact in approval.facts if fact.id == RULE.id]) == (
        ApprovalStatus.PENDING,
        2,
        [3],
    )
    assert len(world.records.links) == len(first) + 1
    with pytest.raises(LinkRefused):
        world.approved("token-1")
    world.approved("token-2")
    assert list(world.till.done.values()) == [booking()]
    assert complete(world) == []


def test_an_answer_to_what_no_longer_stands_is_to_another_question(world: Shipping) -> None:
    """Nothing has been held yet: the answer comes between the change and its cascade."""
    world.asked()
    world.said("Y")
    world.said("X")
    world.approved()
    assert statuses(world) == [ApprovalStatus.PENDING]
    assert world.till.done == {}
    world.cascaded()
    world.woke()
    world.approved("token-2")
    assert list(world.till.done.values()) == [booking()]
    assert complete(world) == []


def test_what_has_to_be_asked_no_more_is_done(world: Shipping) -> None:
    world.retracted()
    world.said("X", author=Author(name="guest", authority="outsider"))
    world.asked(booking(100_00))
    assert statuses(world) == [ApprovalStatus.PENDING]
    world.changed("X")
    world.woke()
    assert (statuses(world), len(world.till.done)) == ([ApprovalStatus.SUPERSEDED], 1)
    assert complete(world) == []


def test_a_retracted_rule_denies_what_waited_on_it(world: Shipping) -> None:
    world.asked()
    world.retracted()
    (approval,) = world.records.approvals.values()
    assert [change.now for change in approval.changes] == [None]
    world.woke()
    assert (statuses(world), world.failure("govern-1").error) == ([ApprovalStatus.SUPERSEDED], "Remit.Denied")
    assert complete(world) == []


def test_an_open_run_is_held_until_its_model_has_seen_what_stands(world: Shipping) -> None:
    world.asked(booking(100_00), shown=(RULE_1,))
    world.changed("Y")
    assert world.held_runs() == [{"fact": {"id": RULE.id, "version": 1}, "now": 2}]
    world.asked(booking(100_00, "Y"), step="govern-2", shown=(RULE_1,))
    (reason,) = world.failure("govern-2").reasons
    assert reason.policy == "fact.changed"
    world.asked(booking(100_00, "Y"), step="govern-3", shown=(FactRef(id=RULE.id, version=2),))
    assert len(world.till.done) == 2
    assert complete(world) == []


def test_a_run_that_has_ended_rests_on_nothing(world: Shipping) -> None:
    world.asked(booking(100_00))
    close(Close(run=RUN), close_ports(world.records))
    assert world.memory.citations(RULE) == ()
    world.changed("Y")
    assert world.held_runs() == []


def test_a_run_whose_end_left_its_citation_behind_is_let_be(world: Shipping) -> None:
    world.asked(booking(100_00))
    (left,) = world.memory.citations(RULE)
    close(Close(run=RUN), close_ports(world.records))
    world.records.citations.add(left)
    world.changed("Y")
    assert (world.held_runs(), world.memory.citations(RULE)) == ([], ())


def test_what_is_derived_is_held_and_what_is_derived_from_that_too(world: Shipping) -> None:
    days = world.said(3, DAYS, author=PLANNER, derived_from=(RULE_1,))
    other = FactKey(namespace="planner", subject="zone-C", predicate="transit_days")
    world.said(4, other, author=PLANNER, derived_from=(days.ref,))
    world.changed("Y")
    assert world.memory.standing("planner") == ()
    held = world.memory.hold(DAYS), world.memory.hold(other)
    assert [each and (each.because, each.now) for each in held] == [(RULE_1, 2), (days.ref, None)]
    assert [entry.kind for entry in world.records.entries(chain_of(DAYS))] == [Kind.FACT_CHANGED, Kind.FACT_HELD]
    assert check(world.records.entries(chain_of(DAYS))).flaws == ()


def test_what_was_derived_again_meanwhile_is_not_held(world: Shipping) -> None:
    world.said(3, DAYS, author=PLANNER, derived_from=(RULE_1,))
    now = world.said("Y")
    world.said(2, DAYS, author=PLANNER, derived_from=(now.ref,))
    world.cascaded()
    assert [each.value for each in world.memory.standing("planner")] == [2]
    assert [each.fact.version for each in world.memory.citations(RULE)] == [2]


def test_a_cascade_may_come_again_and_changes_nothing_more(world: Shipping) -> None:
    world.asked()
    world.said(3, DAYS, author=PLANNER, derived_from=(RULE_1,))
    world.changed("Y")
    before = dict(world.records.ledger)
    world.cascaded()
    assert world.records.ledger == before


def test_a_cascade_that_broke_off_wakes_the_gate_when_it_comes_again(world: Shipping) -> None:
    intent = world.asked()
    world.changed("Y")
    world.woken.woken.clear()
    world.cascaded()
    assert world.woken.woken == [intent.key]


def test_a_fact_that_changes_between_decision_and_warrant_lets_nothing_pass(world: Shipping) -> None:
    def change(changes: Sequence[Change], drafts: object) -> None:
        if any(isinstance(change, MintWarrant) for change in changes):
            world.said("Y")

    world.records.before_commit = change
    world.asked(booking(100_00))
    assert (world.failure("govern-1").error, world.till.done) == ("Remit.Unavailable", {})


def test_a_citation_of_a_version_that_came_since_is_none_of_an_older_change(world: Shipping) -> None:
    world.said("Y")
    world.asked(booking(carrier="Y"))
    world.cascaded()
    assert (statuses(world), world.held_runs()) == ([ApprovalStatus.PENDING], [])


def test_a_question_that_moves_at_the_same_moment_is_looked_at_again(world: Shipping) -> None:
    world.asked()

    def move(changes: object, drafts: object) -> None:
        world.records.before_commit = lambda changes, drafts: None
        (approval,) = world.records.approvals.values()
        world.records.approvals[approval.id] = approval.moved(told=())

    world.said("Y")
    world.records.before_commit = move
    with pytest.raises(Conflict):
        world.cascaded()
    world.cascaded()
    assert statuses(world) == [ApprovalStatus.HELD]
