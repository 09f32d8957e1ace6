"""Is an export of the ledger whole and true? Its chains, their completeness, and its seals; every flaw is said with its entry."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from remit.domain.completeness import Standing, missing, standing
from remit.domain.flaw import Flaw, Wrong
from remit.domain.ledger import Entry
from remit.domain.model import Model
from remit.domain.sealing import Mark, SealLine, Verifies, check_seals, marks_of, rewritten, truncated, unsealed
from remit.domain.tampering import Line, Placed, place_entries, tampering


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """What is checked. If it is of some `runs` only, no other run is looked at or missed."""

    lines: Sequence[Line]
    seals: Sequence[SealLine] = ()
    runs: Collection[str] | None = None


class Verdict(Model):
    """`sealed` of the `entries` are covered by seals, which reach up to `through`."""

    entries: int
    chains: int
    standing: dict[Standing, int]
    seals: int
    sealed: int
    through: datetime | None
    flaws: tuple[Flaw, ...]


@dataclass(frozen=True, slots=True)
class _Chain:
    """A run's entries as they belong, and what is wrong with them."""

    entries: tuple[Entry, ...]
    sealed: int
    flaws: tuple[Flaw, ...]


def verify_export(export: Export, verifies: Verifies) -> Verdict:
    """Everything that is wrong with it: the seals first, then run by run."""
    seals, flaws = check_seals(export.seals, verifies)
    marks, through = marks_of(seals), max((seal.through for seal in seals), default=None)
    runs = place_entries(export.lines)
    wanted = sorted(run for run in {*runs, *marks} if export.runs is None or run in export.runs)
    chains = [_chain(run, runs.get(run, []), marks.get(run, []), through) for run in wanted]
    return Verdict(
        entries=sum(len(chain.entries) for chain in chains),
        chains=len(chains),
        standing=dict(Counter(standing(chain.entries) for chain in chains)),
        seals=len(seals),
        sealed=sum(chain.sealed for chain in chains),
        through=through,
        flaws=(*flaws, *(flaw for chain in chains for flaw in chain.flaws)),
    )


def _chain(run: str, placed: Sequence[Placed], marks: Sequence[Mark], through: datetime | None) -> _Chain:
    kept, tampered = tampering(placed, {mark.hash for mark in marks})
    torn = any(flaw.wrong is not Wrong.REORDERED for flaw in tampered)
    # What a torn chain lacks by that, it does not lack once more.
    further = [] if torn else list(rewritten(run, kept, marks)) or list(_incomplete(kept))
    late = [] if through is None else unsealed(run, kept, marks, through)
    sealed = marks[-1].seq if marks else -1
    return _Chain(
        entries=tuple(placed.entry for placed in kept),
        sealed=sum(placed.place.seq <= sealed for placed in kept),
        flaws=(*tampered, *truncated(run, kept, marks), *further, *late),
    )


def _incomplete(kept: Sequence[Placed]) -> Iterator[Flaw]:
    places = {id(placed.entry): placed for placed in kept}
    for entry, why in missing([placed.entry for placed in kept]):
        yield Flaw(wrong=Wrong.INCOMPLETE, run=entry.run, first=entry.seq, last=entry.seq, line=places[id(entry)].line, why=why)
