from collections.abc import Sequence
from datetime import datetime

from remit.domain.archive import Irregular, Parcel
from remit.domain.errors import Conflict, Unavailable
from remit.domain.ledger import Entry
from remit.domain.seal import PublicKey, Seal
from remit.evidence_ports import Archive, Signer
from remit.ports import Clock
from tests.fakes.evidence import KeyPair


class MemoryArchive(Archive):
    """Parcels by key, as of its clock; can be made to fail."""

    def __init__(self, clock: Clock) -> None:
        self._clock, self.broken = clock, False
        self.kept: dict[str, tuple[datetime, tuple[Entry, ...] | Irregular]] = {}
        self.sealed: dict[int, Seal] = {}
        self.public: dict[str, PublicKey] = {}

    def put_entries(self, entries: Sequence[Entry], now: datetime) -> None:
        self._put("-".join(entry.hash for entry in entries), tuple(entries))

    def put_irregular(self, irregular: Irregular, now: datetime) -> None:
        self._put(irregular.id, irregular)

    def parcels(self, after: datetime | None, until: datetime) -> list[Parcel]:
        found = [Parcel(key=key, at=at, irregular=isinstance(what, Irregular)) for key, (at, what) in self.kept.items()]
        wanted = (parcel for parcel in found if (after is None or parcel.at > after) and parcel.at <= until)
        return sorted(wanted, key=lambda parcel: (parcel.at, parcel.key))

    def entries(self, parcel: Parcel) -> tuple[Entry, ...]:
        _, what = self.kept[parcel.key]
        assert isinstance(what, tuple)
        return what

    def irregular(self, parcel: Parcel) -> Irregular:
        _, what = self.kept[parcel.key]
        assert isinstance(what, Irregular)
        return what

    def put_key(self, key: PublicKey) -> None:
        self.public.setdefault(key.fingerprint, key)

    def put_seal(self, seal: Seal) -> None:
        if seal.seal in self.sealed:
            raise Conflict(f"there is a seal {seal.seal}")
        self.sealed[seal.seal] = seal

    def last_seal(self) -> Seal | None:
        return self.sealed[max(self.sealed)] if self.sealed else None

    def seals(self) -> tuple[Seal, ...]:
        return tuple(self.sealed[number] for number in sorted(self.sealed))

    def keys(self) -> tuple[PublicKey, ...]:
        return tuple(self.public.values())

    def _put(self, key: str, what: tuple[Entry, ...] | Irregular) -> None:
        if self.broken:
            raise Unavailable("S3: SlowDown")
        self.kept.setdefault(key, (self._clock.now().replace(microsecond=0), what))


class PairSigner(Signer):
    """Signs with a key pair at hand."""

    def __init__(self, pair: KeyPair) -> None:
        self._pair = pair

    def sign(self, statement: bytes) -> bytes:
        return self._pair.sign(statement)

    def key(self) -> PublicKey:
        return self._pair.public
