"""The end of a run, as its state machine asks for it: recorded, and told to whom it concerns."""

from dataclasses import dataclass

from remit.domain.errors import OutcomeUnverified
from remit.record_ports import Records
from remit.usecases.ending import Close, Outcome, record_end
from remit.usecases.tell import Telling, tell


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosePorts:
    records: Records
    telling: Telling


def close(end: Close, ports: ClosePorts) -> Outcome:
    """Record the end once, and tell whom it concerns; a repeat answers the same. Raises Unavailable."""
    outcome = record_end(end, ports.records)
    if outcome.error == OutcomeUnverified.code:
        tell(end.run, ports.telling)
    return outcome
