"""What the gate of one domain works with."""

from dataclasses import dataclass

from remit.execution_ports import Executor
from remit.ports import Meter, Spans, Tasks
from remit.record_ports import Records
from remit.undo_ports import Undoings
from remit.usecases.ask import Asking
from remit.usecases.judge import Judge


@dataclass(frozen=True, slots=True, kw_only=True)
class GatePorts:
    """What the gate of one domain works with."""

    judge: Judge
    records: Records
    undoings: Undoings
    executor: Executor
    tasks: Tasks
    asking: Asking
    spans: Spans
    meter: Meter
