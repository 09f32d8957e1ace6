"""The gate of the supply domain in this process, over Remit's own tables in DynamoDB."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from remit.adapters.dynamodb_approvals import DynamoApprovals
from remit.adapters.dynamodb_budgets import DynamoBudgets
from remit.adapters.dynamodb_records import DynamoRecords
from remit.adapters.dynamodb_uses import DynamoUses
from remit.adapters.system import SystemClock
from remit.domain.charter import Charter
from remit.domain.ledger import Entry
from remit.names import Names
from remit.ports import Nobody
from remit.usecases.gate_ports import GatePorts
from remit.usecases.history import RecordedHistory
from tests.fakes.supply import ASKED, SupplyWorld

# By run and hash, what stands in a ledger without any function's having written it.
WRITTEN: set[tuple[str, str]] = set()


class _Here(Nobody):
    def appended(self, entries: Sequence[Entry]) -> None:
        WRITTEN.update((entry.run, entry.hash) for entry in entries)


class StoredWorld(SupplyWorld):
    """What is decided stands in the tables and nowhere else."""

    def __init__(self, charter: Charter, dynamodb: Any, names: Names) -> None:  # noqa: ANN401 (a boto3 client)
        super().__init__(charter)
        self._dynamodb, self._names = dynamodb, names
        self.clock, self.uses = SystemClock(), DynamoUses(dynamodb, names)

    @property
    def ports(self) -> GatePorts:
        """Another gate each time: none sees what another remembers."""
        ports, records = super().ports, DynamoRecords(self._dynamodb, self._names, self.clock, _Here())
        judge = replace(ports.judge, history=RecordedHistory(records, self.clock))
        asking = replace(ports.asking, records=records, approvals=DynamoApprovals(self._dynamodb, self._names))
        return replace(ports, records=records, judge=judge, asking=asking)

    def drawn(self, root: str) -> dict[str, int]:
        return DynamoBudgets(self._dynamodb, self._names).drawn(f"tree/{root}")

    def children(self, root: str, number: int) -> list[str]:
        """As many runs of one tree, each asked for an order."""
        notes = [f"order {each + 1}" for each in range(number)]
        return [self.ask(root, "coordinator", "ask_order", {**ASKED, "note": note}, step=note.replace(" ", "-")) for note in notes]
