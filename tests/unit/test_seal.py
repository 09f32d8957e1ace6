"""Sealing: each seal covers what has come since the one before it, and together they vouch for the whole ledger."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

import pytest

from remit.domain import measure as of
from remit.domain.archive import Irregular
from remit.domain.errors import Conflict
from remit.domain.flaw import Wrong
from remit.domain.ledger import Entry
from remit.domain.seal import Seal
from remit.usecases import seal as sealing
from remit.usecases.seal import SealPorts, seal
from tests.fakes.archive import MemoryArchive, PairSigner
from tests.fakes.clock import FixedClock
from tests.fakes.evidence import check, key_pair, whole_ledger
from tests.fakes.outside import Counts

LEDGER = whole_ledger()
PAID = tuple(entry for entry in LEDGER if entry.run == "run-paid")


class Desk:
    """An archive and its sealer; time passes between what is archived and the next seal."""

    def __init__(self) -> None:
        self.clock, self.counts = FixedClock(), Counts()
        self.archive = MemoryArchive(self.clock)
        signer = PairSigner(key_pair())
        self.ports = SealPorts(archive=self.archive, signer=signer, clock=self.clock, meter=self.counts, settles_in=timedelta(seconds=60))

    def put(self, entries: Iterable[Entry]) -> None:
        self.archive.put_entries(tuple(entries), self.clock.now())
        self.clock.pause(1)

    def seal(self) -> Seal:
        self.clock.pause(120)
        return seal(self.ports)

    @property
    def failures(self) -> float:
        return sum(each.value for each in self.counts.measures if each.metric == of.CHAIN_FAILURES)


def spans(made: Seal) -> list[tuple[str, int, int]]:
    return [(segment.run, segment.first, segment.last) for segment in made.segments]


def changed(entry: Entry) -> Entry:
    return entry.model_copy(update={"body": {**entry.body, "added": True}})


def test_seals_over_the_whole_ledger_vouch_for_it() -> None:
    desk = Desk()
    for part in range(0, len(LEDGER), 5):
        desk.put(LEDGER[part : part + 5])
        desk.seal()
    verdict = check(LEDGER, desk.archive.seals())
    assert (verdict.flaws, verdict.sealed, verdict.seals) == ((), len(LEDGER), len(desk.archive.seals()))
    assert desk.failures == 0


def test_a_seal_covers_what_came_since_the_last_one() -> None:
    desk = Desk()
    desk.put(PAID[:4])
    first = desk.seal()
    desk.put(PAID[4:])
    second = desk.seal()
    assert (spans(first), spans(second)) == ([("run-paid", 0, 3)], [("run-paid", 4, PAID[-1].seq)])
    assert (second.segments[0].previous, second.previous != first.previous) == (PAID[3].hash, True)


def test_there_is_a_seal_over_nothing_too() -> None:
    desk = Desk()
    first, second = desk.seal(), desk.seal()
    assert (first.segments, second.segments, second.seal, second.through > first.through) == ((), (), 2, True)


def test_what_may_not_be_all_there_yet_waits_for_the_next_seal() -> None:
    desk = Desk()
    desk.put(PAID[:4])
    assert spans(seal(desk.ports)) == []
    assert spans(desk.seal()) == [("run-paid", 0, 3)]


def test_what_came_twice_is_sealed_once_and_again_is_harmless() -> None:
    desk = Desk()
    desk.put(PAID[:4])
    desk.put(PAID[:6])
    assert spans(desk.seal()) == [("run-paid", 0, 5)]
    desk.put(PAID[4:])
    assert spans(desk.seal()) == [("run-paid", 4, PAID[-1].seq)]
    assert check(PAID, desk.archive.seals()).flaws == ()


def test_the_order_in_which_parcels_came_does_not_matter() -> None:
    desk = Desk()
    for part in (PAID[6:], PAID[3:6], PAID[:3]):
        desk.put(part)
    assert spans(desk.seal()) == [("run-paid", 0, PAID[-1].seq)]


@pytest.mark.parametrize(
    ("entries", "sealed", "why"),
    [
        ([*PAID[:3], *PAID[4:]], [(0, 2), (4, PAID[-1].seq)], "DROPPED"),
        ([*PAID[:3], changed(PAID[3]), *PAID[4:]], [(0, 2), (4, PAID[-1].seq)], "CHANGED"),
        ([*PAID[:5], changed(PAID[4]), *PAID[5:]], [(0, PAID[-1].seq)], "INSERTED"),
    ],
)
def test_what_is_torn_is_not_sealed_but_said(entries: Sequence[Entry], sealed: list[tuple[int, int]], why: str) -> None:
    desk = Desk()
    desk.put(entries)
    made = desk.seal()
    assert [(first, last) for _, first, last in spans(made)] == sealed
    (found,) = made.irregularities
    assert (found.run, why in found.why, desk.failures) == ("run-paid", True, 1)


def test_what_the_archiver_found_irregular_is_in_the_seal() -> None:
    desk = Desk()
    desk.archive.put_irregular(Irregular(id="c", run="run-paid", why="an entry was overwritten", change={}), desk.clock.now())
    made = desk.seal()
    assert [(each.run, each.why) for each in made.irregularities] == [("run-paid", "an entry was overwritten")]
    assert [flaw.wrong for flaw in check((), [made]).flaws] == [Wrong.SEAL]


def test_a_run_that_was_made_anew_between_two_seals_shows() -> None:
    desk = Desk()
    desk.put(PAID[:4])
    desk.seal()
    desk.put(entry.model_copy(update={"previous": "d" * 64}) if entry is PAID[4] else entry for entry in PAID[4:])
    made = desk.seal()
    assert spans(made) == [("run-paid", 5, PAID[-1].seq)]
    assert made.irregularities


def test_of_two_sealers_one_is_first() -> None:
    desk = Desk()
    desk.put(PAID)

    class Raced(MemoryArchive):
        def last_seal(self) -> Seal | None:
            return None

    desk.seal()
    raced = Raced(desk.clock)
    raced.sealed = desk.archive.sealed
    with pytest.raises(Conflict):
        seal(SealPorts(archive=raced, signer=PairSigner(key_pair()), clock=desk.clock, meter=desk.counts, settles_in=timedelta(0)))
    assert len(desk.archive.seals()) == 1


def test_a_backlog_is_sealed_in_parts_that_cut_no_second(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "MOST_PARCELS", 2)
    desk = Desk()
    desk.archive.put_entries(PAID[:2], desk.clock.now())
    desk.put(PAID[2:4])
    desk.archive.put_entries(PAID[4:6], desk.clock.now())
    desk.archive.put_entries(PAID[6:8], desk.clock.now())
    desk.put(PAID[8:])
    made = [desk.seal() for _ in range(3)]
    assert [spans(each) for each in made] == [[("run-paid", 0, 3)], [("run-paid", 4, PAID[-1].seq)], []]
    assert check(PAID, desk.archive.seals()).flaws == ()


def test_the_key_is_kept_beside_its_seals() -> None:
    desk = Desk()
    made = desk.seal()
    assert [key.fingerprint for key in desk.archive.public.values()] == [made.key]
