"""A seal: how far each run's chain had come at a time, signed, and chained to the seal before it."""

import base64
import hashlib
from datetime import datetime

from remit.domain.canonical import canonical, digest
from remit.domain.ledger import GENESIS
from remit.domain.model import Model


class Segment(Model):
    """Entries `first` to `last` of a run follow from the entry with the hash `previous` and end in the entry with this hash."""

    run: str
    first: int
    previous: str
    last: int
    hash: str


class Irregularity(Model):
    """What the sealer found wrong in the archive, and did not seal."""

    run: str
    why: str


class Seal(Model):
    """`seal` counts from 1. Of everything archived up to `through`, what no earlier seal covers is in `segments`. `key` is the SHA-256 of
    the public key (DER), in hex; `signature` is over `statement`, in base64."""

    seal: int
    at: datetime
    through: datetime
    previous: str
    segments: tuple[Segment, ...]
    irregularities: tuple[Irregularity, ...] = ()
    key: str
    signature: str = ""


class PublicKey(Model):
    """The key that seals are verified with: DER (SubjectPublicKeyInfo), in base64."""

    public_key: str

    @property
    def fingerprint(self) -> str:
        """What identifies it: SHA-256 of the DER, in hex. Raises ValueError if it is no base64."""
        return hashlib.sha256(base64.b64decode(self.public_key, validate=True)).hexdigest()


def statement(seal: Seal) -> bytes:
    """What is signed: everything but the signature."""
    return canonical(seal.model_dump(mode="json", exclude={"signature"}))


def name_of(seal: Seal | None) -> str:
    """What the seal after this one has as `previous`."""
    return GENESIS if seal is None else digest(seal.model_dump(mode="json"))
