"""What waits for a human is taken back whole, or answered and done: never both, whoever is first and whatever is late."""

import pytest

from remit.domain.approval import ApprovalStatus
from remit.domain.ballot import Verdict
from remit.domain.ledger import Kind
from remit.domain.model import JsonObject
from remit.usecases.gate import resume
from remit.usecases.runs import RunPorts, WorkflowInfo, view
from remit.usecases.withdraw import withdraw
from tests.fakes.clock import CountingEntropy
from tests.fakes.gate import RUN, World, make_intent, refund
from tests.fakes.outside import MemoryWorkflows, WokenGate
from tests.fakes.supply import ASKED, ORDER, REQUESTER, ROOT, SupplyWorld

LARGE: JsonObject = {**ORDER, "quantity": 100, "unit_price": 110_00, "total": 11_000_00}


class Desk:
    """The API beside a gate's world; its runs have executions of their names."""

    def __init__(self, world: World | SupplyWorld, *runs: str) -> None:
        self.machines, self.gate = MemoryWorkflows(), WokenGate()
        for run in runs:
            self.machines.start("workflow", run, {})
        self.ports = RunPorts(
            workflows={"workflow": WorkflowInfo(domain="refunds")},
            machines=self.machines,
            records=world.records,
            clock=world.clock,
            entropy=CountingEntropy(),
            gate=self.gate,
            account="0" * 12,
            elsewhere={},
        )

    def withdraw(self, run: str = RUN) -> str | None:
        """The error that the run ended with, if it did."""
        seen = withdraw(run, REQUESTER, self.ports)
        return seen.state.error or None

    def status(self, run: str) -> str:
        return view(run, self.ports).state.status


@pytest.fixture
def world() -> World:
    """One in which finance is asked about a refund."""
    world = World()
    world.propose(refund(1200_00), requester=REQUESTER)
    return world


def statuses(world: World | SupplyWorld) -> list[ApprovalStatus]:
    return [approval.status for approval in world.records.approvals.values()]


def test_the_question_is_closed_with_the_run(world: World) -> None:
    desk = Desk(world, RUN)
    assert desk.withdraw() == "Remit.Withdrawn"
    world.tasks.ended.add("task-1")
    (approval,) = desk.gate.woken
    resume(approval, world.ports)
    assert (statuses(world), world.approvals.open_in("refunds")) == ([ApprovalStatus.WITHDRAWN], ())
    assert [entry.kind for entry in world.entries()][-3:] == [Kind.RUN_FINISHED, Kind.APPROVAL_WITHDRAWN, Kind.INTENT_REFUSED]


def test_an_approval_that_the_gate_hears_while_the_machine_still_waits_mints_nothing(world: World) -> None:
    """The second layer alone: the gate finds a task that waits, and the transaction finds that the run has ended."""
    Desk(world, RUN).withdraw()
    world.reply(Verdict.APPROVE)
    (_, failure) = world.tasks.told[-1]
    assert (getattr(failure, "error", None), world.records.warrants, world.till.done) == ("Remit.RunEnded", {}, {})


def test_the_run_that_ends_between_the_gates_look_and_its_warrant_mints_nothing(world: World) -> None:
    desk = Desk(world, RUN)

    def meanwhile(changes: object, drafts: object) -> None:
        world.records.before_commit = lambda changes, drafts: None
        desk.withdraw()

    intent = make_intent(refund(1200_00), requester=REQUESTER)
    world.records.ballots[intent.key, 0] = world.ballot(Verdict.APPROVE, intent.payload_digest)
    world.records.before_commit = meanwhile
    resume(intent.key, world.ports)
    assert (world.records.warrants, world.till.done, desk.status(RUN)) == ({}, {}, "ABORTED")


def test_what_was_answered_in_the_same_moment_is_done_and_not_taken_back(world: World) -> None:
    desk = Desk(world, RUN)

    def meanwhile(changes: object, drafts: object) -> None:
        world.records.before_commit = lambda changes, drafts: None
        world.reply(Verdict.APPROVE)

    world.records.before_commit = meanwhile
    assert desk.withdraw() is None
    assert (len(world.till.done), desk.status(RUN), world.records.ended) == (1, "RUNNING", set())


def test_what_broke_off_goes_on_when_it_is_repeated(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk(world, RUN)
    with monkeypatch.context() as broken:
        broken.setattr(desk.machines, "stop", None)
        with pytest.raises(TypeError):
            desk.withdraw()
    assert (desk.withdraw(), desk.withdraw(), len(desk.gate.woken)) == ("Remit.Withdrawn", "Remit.Withdrawn", 1)
    assert [entry.kind for entry in world.entries()].count(Kind.RUN_FINISHED) == 1


def ordering(supply: SupplyWorld) -> str:
    """A run that the root asked for, and that waits for procurement."""
    child = supply.ask(supply.begin(), "coordinator", "ask_order", ASKED)
    assert supply.propose(child, "execution", "place_order", LARGE) is None
    return child


def test_who_takes_a_run_back_takes_back_what_waits_below_it() -> None:
    supply = SupplyWorld()
    child = ordering(supply)
    desk = Desk(supply, ROOT, child)
    assert desk.withdraw(ROOT) == "Remit.Withdrawn"
    assert ([desk.status(run) for run in (ROOT, child)], len(desk.gate.woken)) == (["ABORTED", "ABORTED"], 1)
    resume(desk.gate.woken[0], supply.ports)
    assert (supply.records.warrants, supply.till.times) == ({}, 0)


def test_nothing_is_minted_or_asked_below_a_run_that_has_ended() -> None:
    """Also where the child's machine goes on, as one does that was not reached."""
    supply = SupplyWorld()
    child = ordering(supply)
    Desk(supply, ROOT, child).withdraw(ROOT)
    supply.records.ledger[ROOT] = tuple(entry for entry in supply.records.entries(ROOT) if entry.kind is not Kind.RUN_FINISHED)
    supply.records.ended.discard(child)
    for step, order in (("s-2", ORDER), ("s-3", {**LARGE, "quantity": 99, "total": 10_890_00})):
        answer = supply.propose(child, "execution", "place_order", order, step=step)
        assert getattr(answer, "error", None) == "Remit.RunEnded"
    assert (supply.records.warrants, len(supply.records.approvals)) == ({}, 1)


@pytest.mark.parametrize("agent", ["coordinator", "execution"])
def test_an_agent_of_the_tree_that_is_stopped_stops_what_waits_in_it(agent: str) -> None:
    supply = SupplyWorld()
    child = ordering(supply)
    supply.suspend(agent)
    (approval,) = supply.records.approvals.values()
    supply.records.ballots[approval.id, 0] = supply.approved(approval)
    resume(approval.id, supply.ports)
    answer = dict(supply.tasks.told)[f"{child}/execution/place_order/s-1"]
    assert (getattr(answer, "error", None), supply.records.warrants) == ("Remit.AgentSuspended", {})
