"""What people who run Remit look at, and what wakes them."""

import json
from collections.abc import Sequence

from aws_cdk import Stack
from constructs import Construct

from remit.domain import measure as of
from remit.domain.charter import Charter
from stacks.arns import Arns
from stacks.bundling import Bundle
from stacks.constructs.alarms import Alarms
from stacks.constructs.dashboard import Dashboard
from stacks.constructs.function import Function
from stacks.constructs.schedule import Schedule
from stacks.stages import Stage

# Before anything is refused for want of budget, somebody hears of it.
_BUDGET_PERCENT = 80


class OperationsStack(Stack):
    def __init__(self, scope: Construct, construct_id: str, *, stage: Stage, charters: Sequence[Charter]) -> None:
        super().__init__(scope, construct_id, synthesizer=stage.synthesizer(), termination_protection=stage.protected)
        self._stage, self._names, self._charters = stage, stage.names, charters
        monitor = self._monitor(Arns(self, stage.names))
        Schedule(self, "Watch", name=self._names.of("watch"), rate=stage.watch_every, function=monitor)
        Dashboard(self, "Dashboard", stage=stage, charters=charters, engine=stage.engine)
        self._alarms(Alarms(self, "Alarms", stage=stage))

    def _monitor(self, arns: Arns) -> Function:
        routes = {charter.domain: [*charter.routes] for charter in self._charters}
        monitor = Function(
            self,
            "Monitor",
            stage=self._stage,
            name=self._names.function("monitor"),
            bundle=Bundle(folder="monitor"),
            environment={"ROUTES": json.dumps(routes), "BUDGETS": json.dumps(_day_limits(self._charters))},
        )
        monitor.allow([arns.approvals_index("open"), arns.table("budgets")], "dynamodb:Query")
        return monitor

    def _alarms(self, alarms: Alarms) -> None:
        for charter in self._charters:
            self._domain(charter, alarms)
        for route in sorted({route for charter in self._charters for route in charter.routes}):
            alarms.at(f"overdue-{route}", of.OVERDUE_QUESTIONS, {"Route": route}, minutes=1)
            alarms.at(f"undeliverable-{route}", of.UNDELIVERABLE, {"Route": route})
        for agent in _day_limits(self._charters):
            alarms.at(f"budget-{agent}", of.BUDGET_USED, {"Agent": agent}, threshold=_BUDGET_PERCENT, statistic="Maximum")
        alarms.at("receipt-without-warrant", of.UNWARRANTED, {"service": "archiver"})
        for service in ("archiver", "sealer"):
            alarms.at(f"chain-failure-{service}", of.CHAIN_FAILURES, {"service": service})
        alarms.on_silence_of("no-seal", "Seals", "sealer", minutes=self._stage.seal_overdue_minutes)
        alarms.on_errors_of("archiver-errors", self._names.function("archiver"))

    def _domain(self, charter: Charter, alarms: Alarms) -> None:
        for agent in charter.agents:
            alarms.at(f"denials-{agent}", of.DENIALS, {"Agent": agent}, threshold=self._stage.denial_spike)
        for tool in charter.tools:
            alarms.at(f"unverified-{tool.replace('.', '-')}", of.UNVERIFIED_OUTCOMES, {"Tool": tool})
        alarms.at(f"gate-errors-{charter.domain}", of.GATE_ERRORS, {"Domain": charter.domain})
        alarms.on_errors_of(f"gate-raised-{charter.domain}", self._names.gate(charter.domain))


def _day_limits(charters: Sequence[Charter]) -> dict[str, dict[str, int]]:
    """Of each agent that has a budget for the day."""
    limits = {agent: budget.day.limits for charter in charters for agent, budget in charter.budgets.items()}
    return {agent: found for agent, found in limits.items() if found}
