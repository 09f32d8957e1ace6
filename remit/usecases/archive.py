"""Bring what happened to the ledger's table into the archive."""

from collections.abc import Callable
from dataclasses import dataclass, field

from remit.domain.archive import Irregular, TableChange, sort_change
from remit.domain.ledger import Entry
from remit.domain.measure import CHAIN_FAILURES, Measure
from remit.evidence_ports import Archive
from remit.ports import Clock, Meter


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivePorts:
    """`warn` tells operations of what must not happen, in the log."""

    archive: Archive
    clock: Clock
    meter: Meter
    warn: Callable[[Irregular], None]


@dataclass(slots=True)
class Delivery:
    """Changes as they come, of which entries are kept together at the end. Whatever comes twice is harmless."""

    ports: ArchivePorts
    entries: list[Entry] = field(default_factory=list)

    def take(self, change: TableChange) -> None:
        """Raises Unavailable for a change that has to come again."""
        sorted_as = sort_change(change)
        if isinstance(sorted_as, Entry):
            self.entries.append(sorted_as)
            return
        self.ports.archive.put_irregular(sorted_as, self.ports.clock.now())
        self.ports.meter.add(Measure(CHAIN_FAILURES, 1, {}))
        self.ports.warn(sorted_as)

    def keep(self) -> None:
        """Raises Unavailable: then all of the changes have to come again."""
        if self.entries:
            self.ports.archive.put_entries(self.entries, self.ports.clock.now())
