"""Bring what happened to the ledger's table into the archive."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from remit.domain.archive import Irregular, TableChange, sort_change
from remit.domain.completeness import missing
from remit.domain.ledger import Entry, Kind
from remit.domain.measure import CHAIN_FAILURES, UNWARRANTED, Measure
from remit.evidence_ports import Archive
from remit.ports import Clock, Meter

_RECEIPTS = {Kind.ACTION_EXECUTED, Kind.OUTCOME_VERIFIED}


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivePorts:
    """`chain` reads a run's ledger as it is now; `warn` tells operations of what must not happen, in the log."""

    archive: Archive
    chain: Callable[[str], Sequence[Entry]]
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
            self._check_receipts()

    def _check_receipts(self) -> None:
        """What was done has to have been allowed: where an entry lacks its warrant, somebody acted or wrote around the gate."""
        done = {(entry.run, entry.seq) for entry in self.entries if entry.kind in _RECEIPTS}
        for run in sorted({run for run, _ in done}):
            lacking = [(entry, why) for entry, why in missing(self.ports.chain(run)) if (entry.run, entry.seq) in done]
            self.ports.meter.add(Measure(UNWARRANTED, len(lacking), {}))
            for entry, why in lacking:
                self.ports.warn(Irregular(id=entry.hash, run=run, why=f"entry {entry.seq}: {why}", change={}))
