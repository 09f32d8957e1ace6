"""What every Archive must do: run by the fake, by moto and by the local cloud."""

from abc import ABC, abstractmethod
from datetime import UTC, datetime, timedelta

import pytest

from remit.domain.archive import Irregular
from remit.domain.errors import Conflict
from remit.domain.ledger import Entry
from remit.domain.seal import Seal
from remit.evidence_ports import Archive
from tests.fakes.evidence import KeyPair, sealed, whole_ledger

LEDGER = whole_ledger()
PAID = tuple(entry for entry in LEDGER if entry.run == "run-paid")
OVERWRITTEN = Irregular(id="change-1", run="run-paid", why="an entry was overwritten", change={"OldImage": {"run": {"S": "run-paid"}}})
EVER = datetime(2100, 1, 1, tzinfo=UTC)


def kept(archive: Archive) -> list[tuple[Entry, ...]]:
    return [archive.entries(parcel) for parcel in archive.parcels(None, EVER) if not parcel.irregular]


class ArchiveConformance(ABC):
    """Each test has an archive of its own."""

    @abstractmethod
    @pytest.fixture
    def archive(self) -> Archive: ...

    def test_an_empty_archive_has_nothing(self, archive: Archive) -> None:
        assert (archive.parcels(None, EVER), archive.last_seal(), archive.seals(), archive.keys()) == ([], None, (), ())

    def test_entries_come_back_as_they_were_put(self, archive: Archive) -> None:
        archive.put_entries(PAID, datetime.now(UTC))
        assert kept(archive) == [PAID]

    def test_the_same_twice_is_kept_once(self, archive: Archive) -> None:
        for _ in range(2):
            archive.put_entries(PAID, datetime(2026, 11, 24, 12, tzinfo=UTC))
        assert kept(archive) == [PAID]

    def test_what_is_irregular_is_kept_as_it_came(self, archive: Archive) -> None:
        for _ in range(2):
            archive.put_irregular(OVERWRITTEN, datetime(2026, 11, 24, 12, tzinfo=UTC))
        (parcel,) = archive.parcels(None, EVER)
        assert (parcel.irregular, archive.irregular(parcel)) == (True, OVERWRITTEN)

    def test_parcels_are_found_by_when_they_were_put(self, archive: Archive) -> None:
        archive.put_entries(PAID, datetime.now(UTC))
        (parcel,) = archive.parcels(None, EVER)
        second = timedelta(seconds=1)
        assert archive.parcels(parcel.at - second, parcel.at) == [parcel]
        assert archive.parcels(parcel.at, EVER.replace(year=parcel.at.year + 1)) == []
        assert archive.parcels(None, parcel.at - second) == []

    def test_there_is_one_seal_of_a_number(self, archive: Archive) -> None:
        first, second = sealed(PAID[:3], PAID[3:])
        for seal in (first, second):
            archive.put_seal(seal)
        with pytest.raises(Conflict):
            archive.put_seal(second.model_copy(update={"segments": ()}))
        assert (archive.last_seal(), archive.seals()) == (second, (first, second))

    def test_the_tenth_seal_is_after_the_ninth(self, archive: Archive) -> None:
        seals: list[Seal] = sealed(*((),) * 11)
        for seal in seals:
            archive.put_seal(seal)
        last = archive.last_seal()
        assert (last and last.seal, [seal.seal for seal in archive.seals()]) == (11, list(range(1, 12)))

    def test_keys_are_kept_once_each(self, archive: Archive) -> None:
        one, other = KeyPair().public, KeyPair().public
        for key in (one, other, one):
            archive.put_key(key)
        assert set(archive.keys()) == {one, other}
