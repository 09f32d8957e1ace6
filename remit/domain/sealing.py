"""What seals say of a record: which of them hold, and where the record is not what was sealed."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from remit.domain.flaw import Flaw, Wrong
from remit.domain.seal import Seal, name_of, statement
from remit.domain.tampering import Placed

# What an entry may take from its commit into the archive, and clocks that differ.
LATENESS = timedelta(minutes=15)

# Whether the trusted key signed this: the statement, and the seal's signature in base64.
Verifies = Callable[[bytes, str], bool]


class SealLine(NamedTuple):
    """A seal and the line of the export that it stands on, counted from 1."""

    number: int
    seal: Seal


class Mark(NamedTuple):
    """The hash that a seal says an entry has."""

    seq: int
    hash: str
    seal: int


def check_seals(lines: Sequence[SealLine], verifies: Verifies) -> tuple[list[Seal], list[Flaw]]:
    """The seals that were signed as they stand, and what is wrong with the others or missing between them."""
    ordered = sorted(lines, key=lambda line: line.seal.seal)
    signed = [line for line in ordered if verifies(statement(line.seal), line.seal.signature)]
    forged = [_flaw(line, "its signature is not the key's") for line in ordered if line not in signed]
    found = [_flaw(line, f"the sealer found {each.run} irregular: {each.why}") for line in signed for each in line.seal.irregularities]
    return [line.seal for line in signed], [*forged, *_unchained(ordered), *found]


def marks_of(seals: Sequence[Seal]) -> Mapping[str, list[Mark]]:
    """By run, in the order of the entries."""
    marks: dict[str, set[Mark]] = defaultdict(set)
    for seal in seals:
        for segment in seal.segments:
            marks[segment.run].add(Mark(segment.last, segment.hash, seal.seal))
            if segment.first > 0:
                marks[segment.run].add(Mark(segment.first - 1, segment.previous, seal.seal))
    return {run: sorted(found) for run, found in marks.items()}


def truncated(run: str, kept: Sequence[Placed], marks: Sequence[Mark]) -> Iterator[Flaw]:
    """Sealed entries after the last one that is there."""
    last = max((placed.place.seq for placed in kept), default=-1)
    if marks and marks[-1].seq > last:
        end = marks[-1]
        yield Flaw(wrong=Wrong.DROPPED, run=run, first=last + 1, last=end.seq, why=f"seal {end.seal} covers the run up to entry {end.seq}")


def rewritten(run: str, kept: Sequence[Placed], marks: Sequence[Mark]) -> Iterator[Flaw]:
    """The first entries of a chain that holds in itself and is not the one that was sealed."""
    hashes = {placed.place.seq: placed.entry.hash for placed in kept}
    agreed = -1
    for mark in marks:
        if hashes.get(mark.seq, mark.hash) != mark.hash:
            why = f"the chain holds, but at entry {mark.seq} it is not the one that seal {mark.seal} signed"
            yield Flaw(wrong=Wrong.REWRITTEN, run=run, first=agreed + 1, last=mark.seq, why=why)
            return
        agreed = mark.seq


def unsealed(run: str, kept: Sequence[Placed], marks: Sequence[Mark], through: datetime) -> Iterator[Flaw]:
    """Entries that had to be sealed by now and are not: they were put in afterwards, or never archived."""
    sealed = marks[-1].seq if marks else -1
    late = [placed for placed in kept if placed.place.seq > sealed and placed.entry.at < through - LATENESS]
    if late:
        first, last = late[0].place.seq, late[-1].place.seq
        why = f"seals reach up to {through:%Y-%m-%d %H:%M} UTC and do not cover this"
        yield Flaw(wrong=Wrong.UNSEALED, run=run, first=first, last=last, line=late[0].line, why=why)


def _unchained(ordered: Sequence[SealLine]) -> Iterator[Flaw]:
    if ordered and ordered[0].seal.seal > 1:
        yield _flaw(ordered[0], f"there is no seal before it, and it is number {ordered[0].seal.seal}")
    for before, after in pairwise(ordered):
        if after.seal.seal > before.seal.seal + 1:
            yield _flaw(after, f"the seal before it is number {before.seal.seal}: those between were dropped")
        elif after.seal.previous != name_of(before.seal):
            yield _flaw(after, f"it does not follow from seal {before.seal.seal}, which stands on line {before.number}")


def _flaw(line: SealLine, why: str) -> Flaw:
    return Flaw(wrong=Wrong.SEAL, seal=line.seal.seal, line=line.number, why=why)
