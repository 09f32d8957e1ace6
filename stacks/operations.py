"""What people who run Remit look at, and what wakes them. A domain's own alarms are in its stack."""

from collections.abc import Sequence

from aws_cdk import Stack
from constructs import Construct

from remit.domain import measure as of
from remit.domain.charter import Charter
from stacks.arns import Arns
from stacks.bundling import Bundle
from stacks.constructs.alarms import Alarms, AlarmTopic
from stacks.constructs.dashboard import Dashboard
from stacks.constructs.function import Function
from stacks.constructs.schedule import Schedule
from stacks.stages import Stage

# A stream keeps a day; long before that somebody looks.
_LAG_SECONDS = 300


class OperationsStack(Stack):
    def __init__(self, scope: Construct, construct_id: str, *, stage: Stage, charters: Sequence[Charter]) -> None:
        super().__init__(scope, construct_id, synthesizer=stage.synthesizer(), termination_protection=stage.protected)
        self._stage, self._names, self._charters = stage, stage.names, charters
        monitor = self._monitor(Arns(self, stage.names))
        Schedule(self, "Watch", name=self._names.of("watch"), rate=stage.watch_every, function=monitor)
        Dashboard(self, "Dashboard", stage=stage, charters=charters, engine=stage.engine)
        AlarmTopic(self, "Topic", stage=stage)
        self._alarms(Alarms(self, "Alarms", stage=stage, topic=Arns(self, stage.names).alarms()))

    def _monitor(self, arns: Arns) -> Function:
        routes = {charter.domain: [*charter.routes] for charter in self._charters}
        budgets = {agent: limits for charter in self._charters for agent, limits in charter.day_limits().items()}
        bundle = Bundle(folder="monitor", told={"ROUTES": routes, "BUDGETS": budgets})
        monitor = Function(self, "Monitor", stage=self._stage, name=self._names.function("monitor"), bundle=bundle)
        monitor.allow([arns.approvals_index("open"), arns.table("budgets")], "dynamodb:Query")
        return monitor

    def _alarms(self, alarms: Alarms) -> None:
        for route in sorted({route for charter in self._charters for route in charter.routes}):
            alarms.at(f"overdue-{route}", of.OVERDUE_QUESTIONS, {"Route": route}, minutes=1)
            alarms.at(f"undeliverable-{route}", of.UNDELIVERABLE, {"Route": route})
        alarms.at("receipt-without-warrant", of.UNWARRANTED, {"service": "archiver"})
        for service in ("archiver", "sealer"):
            alarms.at(f"chain-failure-{service}", of.CHAIN_FAILURES, {"service": service})
        alarms.on_silence_of("no-seal", "Seals", "sealer", minutes=self._stage.seal_overdue_minutes)
        # What reads a table's stream is tried again until it is done, and holds up all that comes after it.
        for reader in ("archiver", "cascade"):
            alarms.on_errors_of(f"{reader}-errors", self._names.function(reader))
            alarms.on_lag_of(f"{reader}-lag", self._names.function(reader), seconds=_LAG_SECONDS)
