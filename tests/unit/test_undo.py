"""Undoing a run: its receipts backwards, each by a governed action, and nothing twice."""

from threading import Thread

import pytest

from remit.domain.action import Failure
from remit.domain.errors import RunOpen, Unavailable
from remit.domain.ledger import Entry, Kind
from remit.domain.model import JsonObject
from remit.domain.warrant import Receipt
from remit.ports import RunState
from remit.toolkit import ToolFailed
from remit.usecases.undo import Standing
from tests.fakes.evidence import check
from tests.fakes.gate import RUN, World, refund
from tests.fakes.undo import UndoWorld

TWO = (refund(100_00, reason="first"), refund(200_00, reason="second"))
REVERSAL: JsonObject = {"account_id": "A-100", "order_id": "O-1001", "amount": 100_00, "currency": "USD"}


def done(*payloads: JsonObject, world: World | None = None, tool: str = "refunds.issue_refund") -> UndoWorld:
    """A run that has done these and ended."""
    world = world or World()
    for number, payload in enumerate(payloads or TWO, start=1):
        world.propose(payload, token=f"task-{number}", step=f"govern-{number}", tool=tool)
    undoing = UndoWorld(world)
    undoing.ended()
    return undoing


def standings(undoing: UndoWorld) -> list[Standing]:
    return [step.standing for step in undoing.view().steps]


def attempt_of(undoing: UndoWorld) -> str:
    attempt = undoing.ask().attempt
    assert attempt is not None
    return attempt.run


def reversals(undoing: UndoWorld) -> list[object]:
    """What was reversed in the business system, in order."""
    return [record["amount"] for record in undoing.world.till.done.values() if "refund_id" in record]


def entries_of(undoing: UndoWorld, run: str, kind: Kind) -> list[Entry]:
    return [entry for entry in undoing.world.records.entries(run) if entry.kind is kind]


def test_the_last_that_was_done_is_undone_first() -> None:
    undoing = done()
    undoing.undone()
    assert reversals(undoing) == [200_00, 100_00]
    assert standings(undoing) == [Standing.UNDONE, Standing.UNDONE]


def test_what_undoes_is_built_from_what_was_done() -> None:
    undoing = done(refund(100_00))
    (step,) = undoing.view().steps
    (planned,) = undoing.plan(attempt_of(undoing))
    assert planned["payload"] == {**REVERSAL, "refund_id": step.key}


def test_each_compensation_is_decided_warranted_and_read_back() -> None:
    undoing = done(refund(100_00))
    attempt = attempt_of(undoing)
    undoing.play(attempt)
    assert [entry.kind for entry in undoing.world.records.entries(attempt)] == [
        Kind.RUN_STARTED,
        Kind.INTENT_PROPOSED,
        Kind.DECISION_MADE,
        Kind.WARRANT_MINTED,
        Kind.ACTION_EXECUTED,
        Kind.OUTCOME_VERIFIED,
        Kind.RUN_FINISHED,
    ]


def test_the_run_that_was_undone_says_so_and_by_what() -> None:
    undoing = done(refund(100_00))
    attempt = attempt_of(undoing)
    undoing.play(attempt)
    (entry,) = entries_of(undoing, RUN, Kind.ACTION_UNDONE)
    (minted,) = entries_of(undoing, attempt, Kind.WARRANT_MINTED)
    assert entry.body["by"] == {"run": attempt, "key": minted.body["warrant"]}


def test_the_ledger_of_an_undo_is_complete() -> None:
    undoing = done()
    undoing.undone()
    ledger = [entry for run in undoing.world.records.ledger.values() for entry in run]
    assert check(ledger).flaws == ()


def test_undoing_twice_does_nothing_more() -> None:
    undoing = done()
    first = undoing.undone()
    again = undoing.ask()
    assert again == first
    assert len(reversals(undoing)) == 2


def test_asking_while_an_undo_goes_on_starts_nothing() -> None:
    undoing = done()
    assert undoing.ask() == undoing.ask()
    assert len(undoing.machines.started) == 1


def test_whoever_asks_at_the_same_moment_asks_for_the_same_undo() -> None:
    undoing = done()
    threads = [Thread(target=undoing.ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(undoing.machines.started) == 1


def test_an_undo_that_was_recorded_and_not_started_is_started_by_the_next_who_asks() -> None:
    undoing = done()
    attempt = attempt_of(undoing)
    undoing.machines.started.clear()
    assert attempt_of(undoing) == attempt
    assert [*undoing.machines.started] == [attempt]


def test_it_stops_at_the_first_that_fails_and_goes_on_from_there() -> None:
    undoing = done()
    undoing.world.till.refuses = "The till is closed."
    attempt = attempt_of(undoing)
    told = undoing.play(attempt)
    assert [type(answer) for answer in told] == [Failure]
    assert standings(undoing) == [Standing.OPEN, Standing.OPEN]
    undoing.world.till.refuses = None
    undoing.undone()
    assert reversals(undoing) == [200_00, 100_00]


def test_what_has_been_undone_is_not_in_the_next_attempt() -> None:
    undoing = done()
    attempt = attempt_of(undoing)
    undoing.play(attempt, steps=1)
    undoing.ended(attempt)
    assert [item["payload"]["amount"] for item in undoing.plan(attempt_of(undoing))] == [100_00]


def test_an_attempt_that_ended_while_its_gate_was_at_work_is_not_repeated() -> None:
    undoing = done(refund(100_00))
    first = attempt_of(undoing)
    undoing.ended(first)
    second = attempt_of(undoing)
    undoing.play(second)
    undoing.propose(first, undoing.plan(first)[0])
    assert reversals(undoing) == [100_00]
    assert isinstance(undoing.world.tasks.told[-1][1], Receipt)


def test_two_attempts_that_meet_at_the_warrant_undo_once() -> None:
    undoing = done(refund(100_00))
    first = attempt_of(undoing)
    # Stopped by hand: its end is not recorded, and a task of it may still be under way.
    undoing.machines.states[first] = RunState(status="ABORTED")
    second = attempt_of(undoing)
    met: list[str] = []

    def meet(changes: object, drafts: object) -> None:
        if "ClaimUndo" in str(changes) and not met:
            met.append(first)
            undoing.propose(first, undoing.plan(first)[0])

    undoing.world.records.before_commit = meet
    (told,) = undoing.play(second)
    assert isinstance(told, Failure)
    assert (told.error, reversals(undoing)) == ("Remit.Unavailable", [100_00])


def test_a_compensation_whose_outcome_was_not_known_is_settled_by_the_next_attempt() -> None:
    undoing = done(refund(100_00))
    undoing.world.executor.lost_answers = 1
    attempt = attempt_of(undoing)
    undoing.play(attempt)
    assert standings(undoing) == [Standing.IN_DOUBT]
    undoing.undone()
    assert (standings(undoing), reversals(undoing)) == ([Standing.UNDONE], [100_00])


def test_what_is_irreversible_is_said_and_left() -> None:
    undoing = done(refund(100_00), tool="refunds.issue_refund")
    undoing.undone()
    (attempt,) = undoing.machines.started
    (step,) = undoing.view(attempt).steps
    assert (step.standing, step.why) == (Standing.IRREVERSIBLE, "It is irreversible.")
    assert undoing.ask(attempt).attempt is None


def test_what_is_not_as_intended_is_left_to_a_human() -> None:
    world = World()
    world.till.alters = {"amount": 1}
    assert done(refund(1_00), world=world).view().steps[0].standing is Standing.UNVERIFIED


def test_a_run_that_has_not_ended_is_not_undone() -> None:
    world = World()
    world.propose()
    undoing = UndoWorld(world)
    undoing.machines.started[RUN] = ("refunds", {})
    with pytest.raises(RunOpen):
        undoing.ask()


def test_an_agent_cannot_undo_by_itself() -> None:
    undoing = done(refund(100_00))
    (planned,) = undoing.plan(attempt_of(undoing))
    undoing.world.propose(planned["payload"], token="alone", step="govern-9", tool="refunds.reverse_refund")
    answer = undoing.world.tasks.told[-1][1]
    assert isinstance(answer, Failure)
    assert (answer.error, answer.reasons[0].policy, reversals(undoing)) == ("Remit.Denied", "undo.alone", [])


@pytest.mark.parametrize(
    ("change", "policy"),
    [
        ({"payload": {**REVERSAL, "refund_id": "0" * 40}}, "undo.other"),
        ({"tool": "refunds.issue_refund", "payload": refund(100_00)}, "undo.other"),
        ({"agent": "somebody"}, "undo.other"),
        ({"undoes": {"run": RUN, "key": "0" * 40}}, "undo.nothing"),
        ({"undoes": {"run": "run-2", "key": None}}, "undo.nothing"),
    ],
    ids=["another payload", "another tool", "another agent", "no action", "another run"],
)
def test_nothing_else_passes_as_an_undo(change: dict[str, JsonObject], policy: str) -> None:
    undoing = done(refund(100_00))
    attempt = attempt_of(undoing)
    (planned,) = undoing.plan(attempt)
    if "undoes" in change:
        change = {"undoes": {name: value or planned["undoes"][name] for name, value in change["undoes"].items()}}
    undoing.propose(attempt, {**planned, **change})
    answer = undoing.world.tasks.told[-1][1]
    assert isinstance(answer, Failure)
    assert (answer.reasons[0].policy, reversals(undoing)) == (policy, [])


def test_a_refused_reversal_can_be_tried_again_and_a_broken_one_is_not_believed() -> None:
    undoing = done(refund(100_00))
    undoing.world.till.breaks = ToolFailed("after all")
    undoing.play(attempt_of(undoing))
    assert standings(undoing) == [Standing.UNDONE]


def test_while_the_record_cannot_be_written_the_machine_is_not_told_that_it_is_undone() -> None:
    undoing = done(refund(100_00))

    def broken(changes: object, drafts: object) -> None:
        if "NoteUndone" in str(changes):
            raise Unavailable("DynamoDB: down")

    undoing.world.records.before_commit = broken
    attempt = attempt_of(undoing)
    (told,) = undoing.play(attempt, steps=1)
    assert isinstance(told, Failure)
    undoing.world.records.before_commit = lambda changes, drafts: None
    (told,) = undoing.play(attempt)
    assert isinstance(told, Receipt)
    assert (len(entries_of(undoing, RUN, Kind.ACTION_UNDONE)), reversals(undoing)) == (1, [100_00])
