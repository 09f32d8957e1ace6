"""The archive of the ledger and the sealing key, as Remit needs them from outside."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import datetime

from remit.domain.archive import Irregular, Parcel
from remit.domain.ledger import Entry
from remit.domain.seal import PublicKey, Seal


class Archive(ABC):
    """What is put is kept: it is never overwritten or deleted. Every method raises Unavailable when it cannot tell."""

    @abstractmethod
    def put_entries(self, entries: Sequence[Entry], now: datetime) -> None:
        """Keep them, as one parcel; the same again is harmless."""

    @abstractmethod
    def put_irregular(self, irregular: Irregular, now: datetime) -> None:
        """Keep it as it came, as a parcel of its own; the same again is harmless."""

    @abstractmethod
    def parcels(self, after: datetime | None, until: datetime) -> list[Parcel]:
        """What was put after the one time, up to and with the other, the first first. Times are whole seconds."""

    @abstractmethod
    def entries(self, parcel: Parcel) -> tuple[Entry, ...]:
        """What is in a parcel of entries."""

    @abstractmethod
    def irregular(self, parcel: Parcel) -> Irregular:
        """What is in an irregular parcel."""

    @abstractmethod
    def put_key(self, key: PublicKey) -> None:
        """Keep a key beside the seals that it signed; the same again is harmless."""

    @abstractmethod
    def put_seal(self, seal: Seal) -> None:
        """Keep it. Raises Conflict if there is a seal of its number."""

    @abstractmethod
    def last_seal(self) -> Seal | None:
        """The one with the highest number."""

    @abstractmethod
    def seals(self) -> tuple[Seal, ...]:
        """All of them, in order."""

    @abstractmethod
    def keys(self) -> tuple[PublicKey, ...]:
        """The keys that ever signed."""


class Signer(ABC):
    @abstractmethod
    def sign(self, statement: bytes) -> bytes:
        """ECDSA on P-256 over SHA-256, in DER. Raises Unavailable."""

    @abstractmethod
    def key(self) -> PublicKey:
        """The public half. Raises Unavailable."""
