"""What was done to recorded entries, told from their hashes alone: an entry's content gives its `hash`, and its `previous` is the hash of
the entry before it. A record that was made anew as a whole, with fitting hashes, shows nothing here: against that there are seals."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from remit.domain.flaw import Flaw, Wrong
from remit.domain.ledger import GENESIS, Entry, is_intact


class Line(NamedTuple):
    """An entry and the line of the export that it stands on, counted from 1."""

    number: int
    entry: Entry


class Place(NamedTuple):
    run: str
    seq: int


@dataclass(frozen=True, slots=True)
class Placed:
    """An entry where its hashes say that it belongs, which may be elsewhere than it says itself; `followers` come after it in a row."""

    line: int
    entry: Entry
    place: Place
    intact: bool
    followers: int

    @property
    def sound(self) -> bool:
        return self.intact and self.place == (self.entry.run, self.entry.seq)


def place_entries(lines: Sequence[Line]) -> dict[str, list[Placed]]:
    """The entries of each run, as they stand in the export."""
    links = _Links(lines)
    runs: dict[str, list[Placed]] = defaultdict(list)
    for line in lines:
        placed = links.placed(line)
        runs[placed.place.run].append(placed)
    return runs


def tampering(run: Sequence[Placed], sealed: Collection[str]) -> tuple[list[Placed], list[Flaw]]:
    """The run's entries in their order, without what was put in, and what was done to them. Of two for one place a `sealed` hash is it."""
    chosen, inserted = _choose(run, sealed)
    kept = sorted(chosen, key=lambda placed: placed.place.seq)
    return kept, [*inserted, *_changed(kept), *_reordered(chosen, kept), *_gaps(kept), *_breaks(kept)]


class _Links:
    """Who follows whom by the hashes as they stand. Two entries with one hash are copies, of which one may be altered."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._intact = {id(line.entry): is_intact(line.entry) for line in lines}
        self._by_hash: dict[str, Entry] = {}
        for line in sorted(lines, key=lambda line: not self._intact[id(line.entry)]):
            self._by_hash.setdefault(line.entry.hash, line.entry)
        self._next: dict[str, list[str]] = defaultdict(list)
        for name, entry in self._by_hash.items():
            if entry.previous in self._by_hash and entry.previous != name:
                self._next[entry.previous].append(name)
        self._places: dict[str, Place] = {}
        self._followers: dict[str, int] = {}
        self._walk()

    def placed(self, line: Line) -> Placed:
        entry = line.entry
        return Placed(line.number, entry, self._place(entry), self._intact[id(entry)], self._followers[entry.hash])

    def _walk(self) -> None:
        begins = [name for name, entry in self._by_hash.items() if entry.previous not in self._by_hash]
        # What no beginning leads to goes round in a circle: somebody wrote a hash there by hand.
        for begin in (*begins, *self._by_hash):
            if begin not in self._places:
                self._walk_from(begin)

    def _walk_from(self, begin: str) -> None:
        order, open_ends = [], [begin]
        self._places[begin] = self._root(self._by_hash[begin])
        while open_ends:
            name = open_ends.pop()
            order.append(name)
            run, seq = self._places[name]
            after = [each for each in self._next[name] if each not in self._places]
            self._places.update(dict.fromkeys(after, Place(run, seq + 1)))
            open_ends.extend(after)
        for name in reversed(order):
            self._followers[name] = max((1 + self._followers.get(each, 0) for each in self._next[name]), default=0)

    def _place(self, entry: Entry) -> Place:
        if self._by_hash[entry.hash] is entry:
            return self._places[entry.hash]
        before = self._places.get(entry.previous)
        return self._places[entry.hash] if before is None else Place(before.run, before.seq + 1)

    def _root(self, entry: Entry) -> Place:
        """The place of an entry whose predecessor is not there: what it says, or if it was altered what its successor says."""
        after = self._next[entry.hash]
        if self._intact[id(entry)] or not after:
            return Place(entry.run, entry.seq)
        following = self._by_hash[after[0]]
        return Place(following.run, following.seq - 1)


def _choose(run: Sequence[Placed], sealed: Collection[str]) -> tuple[list[Placed], list[Flaw]]:
    """One entry for each place, as they stand in the export; each other one was put in."""
    places: dict[int, list[Placed]] = defaultdict(list)
    above: dict[int, str] = {}
    hash_above = ""
    for placed in run:
        places[placed.place.seq].append(placed)
        above[placed.line], hash_above = hash_above, placed.entry.hash
    chosen, inserted = [], []
    for candidates in places.values():
        # Of two copies the one that stands where it belongs is the original.
        best = max(
            candidates,
            key=lambda it: (it.entry.hash in sealed, it.followers, it.intact, above[it.line] == it.entry.previous, -it.line),
        )
        chosen.append(best)
        inserted += [_inserted(other, best) for other in candidates if other is not best]
    return sorted(chosen, key=lambda placed: placed.line), inserted


def _inserted(other: Placed, best: Placed) -> Flaw:
    seq = best.place.seq
    what = f"a copy of entry {seq}" if other.entry.hash == best.entry.hash else f"another entry in the place of entry {seq}"
    return _flaw(Wrong.INSERTED, other, f"this is {what}, which stands on line {best.line}")


def _changed(kept: Sequence[Placed]) -> Iterator[Flaw]:
    for placed in kept:
        claimed = Place(placed.entry.run, placed.entry.seq)
        if placed.place != claimed:
            yield _flaw(Wrong.CHANGED, placed, f"it says that it is entry {claimed.seq} of {claimed.run}")
        elif not placed.intact:
            yield _flaw(Wrong.CHANGED, placed, "its content does not give its hash")


def _reordered(chosen: Sequence[Placed], kept: Sequence[Placed]) -> Iterator[Flaw]:
    for stands, belongs in zip(chosen, kept, strict=True):
        if stands is not belongs:
            yield _flaw(Wrong.REORDERED, stands, f"it stands where entry {belongs.place.seq} belongs")


def _gaps(kept: Sequence[Placed]) -> Iterator[Flaw]:
    expected = 0
    for placed in kept:
        run, seq = placed.place
        if seq > expected:
            yield Flaw(
                wrong=Wrong.DROPPED, run=run, first=expected, last=seq - 1, line=placed.line, why=f"nothing stands before entry {seq}"
            )
        expected = seq + 1


def _breaks(kept: Sequence[Placed]) -> Iterator[Flaw]:
    """Two entries in a row of which each is sound and the second does not follow from the first: a hash was made anew."""
    if kept and kept[0].place.seq == 0 and kept[0].sound and kept[0].entry.previous != GENESIS:
        yield _flaw(Wrong.CHANGED, kept[0], "the first entry says that there is one before it")
    broken = [pair for pair in pairwise(kept) if _is_broken(*pair)]
    seconds = {after.line for _, after in broken}
    firsts = {before.line for before, _ in broken}
    for before, after in broken:
        if before.line in seconds:
            # It fits neither its predecessor, where it was named already, nor this one.
            continue
        blamed = after if after.line in firsts else before
        flaw = _flaw(Wrong.CHANGED, blamed, f"entry {after.place.seq} does not follow from entry {before.place.seq}: a hash was made anew")
        # Of the last two it may be either.
        yield flaw.model_copy(update={"last": after.place.seq}) if after is kept[-1] else flaw


def _is_broken(before: Placed, after: Placed) -> bool:
    in_a_row = after.place.seq == before.place.seq + 1
    return in_a_row and before.sound and after.sound and after.entry.previous != before.entry.hash


def _flaw(wrong: Wrong, placed: Placed, why: str) -> Flaw:
    seq = placed.place.seq
    return Flaw(wrong=wrong, run=placed.place.run, first=seq, last=seq, line=placed.line, why=why)
