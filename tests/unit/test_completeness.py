"""What a whole run holds: nothing without what has to stand before it. Chains here are made anew, so that their hashes are no help."""

from collections.abc import Callable

import pytest

from remit.domain.completeness import CLOSING, TABLE
from remit.domain.flaw import Wrong
from remit.domain.ledger import Entry, Kind
from tests.fakes.evidence import check, rehashed, whole_ledger

PAID = tuple(entry for entry in whole_ledger() if entry.run == "run-paid")
AGENT = tuple(entry for entry in whole_ledger() if entry.run == "agent-support")
DENIED = tuple(entry for entry in whole_ledger() if entry.run == "run-denied")


def flaws(entries: list[Entry]) -> list[tuple[Wrong, int | None, str]]:
    return [(flaw.wrong, flaw.first, flaw.why) for flaw in check(rehashed(entries, entries[0].run)).flaws]


def without(kind: Kind, run: tuple[Entry, ...] = PAID, *, nth: int = 0) -> list[Entry]:
    gone = [entry for entry in run if entry.kind is kind][nth]
    return [entry for entry in run if entry is not gone]


def changed(kind: Kind, change: Callable[[Entry], Entry], *, nth: int = 0) -> list[Entry]:
    target = [entry for entry in PAID if entry.kind is kind][nth]
    return [change(entry) if entry is target else entry for entry in PAID]


def with_body(**fields: object) -> Callable[[Entry], Entry]:
    return lambda entry: entry.model_copy(update={"body": {**entry.body, **fields}})


def test_every_kind_has_its_row() -> None:
    assert set(TABLE) == set(Kind), "say in remit/domain/completeness.py what a new kind needs before it"


@pytest.mark.parametrize("run", sorted({entry.run for entry in whole_ledger()}))
def test_what_the_use_cases_write_is_complete(run: str) -> None:
    assert flaws([entry for entry in whole_ledger() if entry.run == run]) == []


@pytest.mark.parametrize(
    ("gone", "nth", "lacking"),
    [
        (Kind.RUN_STARTED, 0, Kind.MODEL_CALLED),
        (Kind.INTENT_PROPOSED, 0, Kind.DECISION_MADE),
        (Kind.DECISION_MADE, 0, Kind.APPROVAL_REQUESTED),
        (Kind.DECISION_MADE, 1, Kind.WARRANT_MINTED),
        (Kind.APPROVAL_REQUESTED, 0, Kind.APPROVAL_MAILED),
        (Kind.APPROVAL_DECIDED, 0, Kind.DECISION_MADE),
        (Kind.WARRANT_MINTED, 0, Kind.ACTION_EXECUTED),
        (Kind.ACTION_EXECUTED, 0, Kind.OUTCOME_VERIFIED),
    ],
)
def test_nothing_stands_without_what_leads_to_it(gone: Kind, nth: int, lacking: Kind) -> None:
    entries = without(gone, nth=nth)
    found = [entries[int(first or 0)].kind for wrong, first, _ in flaws(entries) if wrong is Wrong.INCOMPLETE]
    assert found[0] is lacking


def test_a_receipt_without_a_warrant_says_which_warrant_is_missing() -> None:
    (_, _, why), *_ = flaws(without(Kind.WARRANT_MINTED))
    warrant = next(entry.body["warrant"] for entry in PAID if entry.kind is Kind.WARRANT_MINTED)
    assert why == f"there is no warrant.minted with warrant {warrant} before this action.executed"


def test_a_warrant_needs_a_decision_that_allows() -> None:
    assert flaws(changed(Kind.DECISION_MADE, with_body(outcome="DENY"), nth=1))


def test_a_warrant_is_for_the_payload_that_was_proposed() -> None:
    assert flaws(changed(Kind.WARRANT_MINTED, with_body(payload_digest="0" * 64)))


def test_an_approval_that_was_refused_approves_nothing() -> None:
    assert flaws(changed(Kind.APPROVAL_DECIDED, with_body(status="REJECTED")))


def test_a_warrant_is_minted_once() -> None:
    minted = next(entry for entry in PAID if entry.kind is Kind.WARRANT_MINTED)
    assert "of the same warrant" in flaws([*PAID[:-1], minted, PAID[-1]])[0][2]


def test_a_run_is_closed_once() -> None:
    assert flaws([*PAID, PAID[-1]]) == [(Wrong.INCOMPLETE, len(PAID), "there is a run.finished of the same run before this one")]


def test_a_closed_run_leaves_no_warrant_without_an_outcome() -> None:
    entries = without(Kind.OUTCOME_VERIFIED)
    minted = next(position for position, entry in enumerate(entries) if entry.kind is Kind.WARRANT_MINTED)
    assert [(wrong, first) for wrong, first, _ in flaws(entries)] == [(Wrong.INCOMPLETE, minted)]
    assert flaws(entries[:-1]) == [], "an open run may still get there"


def test_only_a_request_or_a_suspension_begins_a_chain() -> None:
    assert flaws(list(DENIED[1:]))[0] == (Wrong.INCOMPLETE, 0, "no chain begins with model.called")
    assert flaws([AGENT[1]])[0][2] == "no chain begins with agent.resumed"


def test_a_fact_changes_from_the_version_that_stood() -> None:
    chain = [entry for entry in whole_ledger() if entry.run.startswith("fact-")]
    assert [entry.kind for entry in chain] == [Kind.FACT_CHANGED, Kind.FACT_CLAIMED, Kind.FACT_CHANGED, Kind.FACT_CHANGED]
    assert flaws([chain[0], chain[3]])[0][2] == "there is no fact.changed with version 2 before this fact.changed"
    assert flaws(chain[1:])[0][2] == "there is no fact.changed with version 1 before this fact.claimed"
    assert "of the same version" in flaws([chain[0], chain[0]])[0][2]


def test_fields_that_are_gone_are_missed_and_break_nothing() -> None:
    for kind in Kind:
        emptied = [entry.model_copy(update={"body": {}}) if entry.kind is kind else entry for entry in PAID]
        matters = any(TABLE[kind].needs[0].same for _ in TABLE[kind].needs) or kind in CLOSING
        if matters and any(entry.kind is kind for entry in PAID):
            assert flaws(emptied), kind
