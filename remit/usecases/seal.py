"""Seal what has come into the archive since the last seal: sign how far each run's chain has come, and what is wrong with it."""

import base64
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from remit.domain.archive import Parcel
from remit.domain.flaw import Flaw, Wrong
from remit.domain.ledger import Entry
from remit.domain.measure import CHAIN_FAILURES, Measure
from remit.domain.seal import Irregularity, Seal, Segment, name_of, statement
from remit.domain.tampering import Line, Placed, place_entries, tampering
from remit.evidence_ports import Archive, Signer
from remit.ports import Clock, Meter

# What one seal covers at most; after an outage the next seals cover the rest.
MOST_PARCELS = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SealPorts:
    """`settles_in`: after this long nothing more comes into the archive that bears an earlier time."""

    archive: Archive
    signer: Signer
    clock: Clock
    meter: Meter
    settles_in: timedelta


def seal(ports: SealPorts) -> Seal:
    """One more seal, also over nothing: that there is one tells that nothing was dropped after it. Raises Conflict if another sealer was
    first, and Unavailable."""
    last = ports.archive.last_seal()
    parcels, through = _window(last.through if last else None, ports)
    entries = [entry for parcel in parcels if not parcel.irregular for entry in ports.archive.entries(parcel)]
    odd = [ports.archive.irregular(parcel) for parcel in parcels if parcel.irregular]
    segments, flaws = _sealed(entries)
    found = (*(Irregularity(run=each.run, why=each.why) for each in odd), *flaws)
    made = _signed(last, through, segments, found, ports)
    ports.archive.put_seal(made)
    ports.meter.add(Measure(CHAIN_FAILURES, len(found), {}))
    return made


def _window(after: datetime | None, ports: SealPorts) -> tuple[list[Parcel], datetime]:
    """What the next seal covers, and up to when."""
    until = (ports.clock.now() - ports.settles_in).replace(microsecond=0)
    parcels = ports.archive.parcels(after, until)
    if len(parcels) <= MOST_PARCELS:
        return parcels, max(until, after or until)
    # Whole seconds, so that none is cut in two.
    until = parcels[MOST_PARCELS - 1].at
    return [parcel for parcel in parcels if parcel.at <= until], until


def _signed(last: Seal | None, through: datetime, segments: tuple[Segment, ...], found: tuple[Irregularity, ...], ports: SealPorts) -> Seal:
    key = ports.signer.key()
    ports.archive.put_key(key)
    unsigned = Seal(
        seal=1 if last is None else last.seal + 1,
        at=ports.clock.now(),
        through=through,
        previous=name_of(last),
        segments=segments,
        irregularities=found,
        key=key.fingerprint,
    )
    return unsigned.model_copy(update={"signature": base64.b64encode(ports.signer.sign(statement(unsigned))).decode()})


def _sealed(entries: Sequence[Entry]) -> tuple[tuple[Segment, ...], tuple[Irregularity, ...]]:
    """Every stretch of a run in which each entry follows from the one before it, and what tears them."""
    segments: list[Segment] = []
    found: list[Irregularity] = []
    for run, placed in sorted(place_entries(_in_order(entries)).items()):
        kept, flaws = tampering(placed, ())
        segments += [_segment(stretch) for stretch in _stretches(kept)]
        found += [Irregularity(run=run, why=str(flaw)) for flaw in flaws if not _is_older_part(flaw)]
    return tuple(segments), tuple(found)


def _in_order(entries: Iterable[Entry]) -> list[Line]:
    """Each once: a parcel may have come twice."""
    once = {(entry.hash, entry.model_dump_json()): entry for entry in entries}
    ordered = sorted(once.values(), key=lambda entry: (entry.run, entry.seq))
    return [Line(number, entry) for number, entry in enumerate(ordered, 1)]


def _is_older_part(flaw: Flaw) -> bool:
    """What stands before the first new entry of a run was sealed earlier."""
    return flaw.wrong is Wrong.DROPPED and flaw.first == 0


def _stretches(kept: Sequence[Placed]) -> Iterator[list[Placed]]:
    number = 0
    numbered: list[tuple[int, Placed]] = []
    for before, placed in zip((None, *kept), kept, strict=False):
        follows = before is not None and before.sound and placed.entry.previous == before.entry.hash
        number += not follows
        numbered.append((number, placed))
    for _, group in groupby(numbered, key=lambda each: each[0]):
        stretch = [placed for _, placed in group if placed.sound]
        if stretch:
            yield stretch


def _segment(stretch: Sequence[Placed]) -> Segment:
    first, last = stretch[0].entry, stretch[-1].entry
    return Segment(run=first.run, first=first.seq, previous=first.previous, last=last.seq, hash=last.hash)
