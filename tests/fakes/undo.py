"""Undo in memory: the real use cases, and the undo machine played step by step."""

from typing import Any

from remit.domain.action import Failure
from remit.domain.intent import Intent, Requester
from remit.domain.warrant import Receipt
from remit.ports import RunState
from remit.usecases.close import close
from remit.usecases.ending import Close
from remit.usecases.gate import Proposal, govern
from remit.usecases.runs import RunPorts, WorkflowInfo
from remit.usecases.undo import UndoPorts, UndoView, undo, undo_view
from tests.fakes.clock import CountingEntropy
from tests.fakes.closing import close_ports
from tests.fakes.gate import REFUNDS, RUN, World
from tests.fakes.outside import MemoryWorkflows, WokenGate
from tests.fakes.records import MemoryUndoings

OPERATOR = Requester(arn="arn:aws:iam::000000000000:user/operator")
_INFO = WorkflowInfo(domain="refunds")


class UndoWorld:
    """A gate's world, and an API beside it that can undo."""

    def __init__(self, world: World) -> None:
        self.world, self.machines = world, MemoryWorkflows()
        runs = RunPorts(
            workflows={"refunds-undo": _INFO},
            machines=self.machines,
            records=world.records,
            clock=world.clock,
            entropy=CountingEntropy(),
            gate=WokenGate(),
            account="0" * 12,
            elsewhere={},
        )
        self.ports = UndoPorts(charters={"refunds": REFUNDS}, undoings=MemoryUndoings(world.records), runs=runs)

    def ended(self, run: str = RUN) -> None:
        """The run, as its machine leaves it."""
        self.world.clock.pause(1)
        close(Close(run=run), close_ports(self.world.records))
        self.machines.states[run] = RunState(status="SUCCEEDED", output={"outcome": "DONE"})

    def ask(self, run: str = RUN) -> UndoView:
        return undo(run, OPERATOR, self.ports)

    def view(self, run: str = RUN) -> UndoView:
        return undo_view(run, self.ports)

    def play(self, attempt: str, steps: int | None = None) -> list[Receipt | Failure]:
        """As statemachines/undo.asl.json does: one after the other, until one fails, or a machine is stopped after some steps."""
        told: list[Receipt | Failure] = []
        for item in self.plan(attempt)[:steps]:
            self.propose(attempt, item)
            token, answer = self.world.tasks.told[-1]
            assert token == f"{attempt}/{item['step']}"
            told.append(answer)
            if isinstance(answer, Failure):
                break
        if steps is None:
            self.ended(attempt)
        return told

    def propose(self, attempt: str, item: dict[str, Any]) -> None:
        intent = Intent.model_validate({"run": attempt, "requester": OPERATOR, **item})
        govern(Proposal(task_token=f"{attempt}/{item['step']}", intent=intent), self.world.ports)

    def plan(self, attempt: str) -> list[dict[str, Any]]:
        plan = self.machines.started[attempt][1]["plan"]
        assert isinstance(plan, list)
        return [dict(item) for item in plan if isinstance(item, dict)]

    def undone(self) -> UndoView:
        """Asked for, and played to its end."""
        asked = self.ask()
        assert asked.attempt is not None
        self.play(asked.attempt.run)
        return self.view()
