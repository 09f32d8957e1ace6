"""The archive in a bucket with Object Lock: every object is put once, and none is overwritten."""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from remit.adapters.aws import calling, code_of
from remit.domain.archive import Irregular, Parcel
from remit.domain.errors import Conflict
from remit.domain.ledger import Entry
from remit.domain.seal import PublicKey, Seal
from remit.evidence_ports import Archive

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# As S3 answers a put of what is there already, or is just being put.
_THERE = {"PreconditionFailed", "ConditionalRequestConflict", "412", "409"}
ENTRIES, IRREGULAR, SEALS, KEYS = "entries", "irregular", "seals", "keys"
_SEAL_DIGITS = 8


class S3Archive(Archive):
    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._client, self._bucket = client, bucket

    def put_entries(self, entries: Sequence[Entry], now: datetime) -> None:
        body = "".join(entry.model_dump_json() + "\n" for entry in entries).encode()
        self._put(f"{ENTRIES}/{now:%Y/%m/%d}/{hashlib.sha256(body).hexdigest()}.jsonl", body)

    def put_irregular(self, irregular: Irregular, now: datetime) -> None:
        self._put(f"{IRREGULAR}/{now:%Y/%m/%d}/{irregular.id}.json", irregular.model_dump_json().encode())

    def parcels(self, after: datetime | None, until: datetime) -> list[Parcel]:
        found = [parcel for kind in (ENTRIES, IRREGULAR) for prefix in _days(kind, after, until) for parcel in self._listed(prefix)]
        wanted = (parcel for parcel in found if (after is None or parcel.at > after) and parcel.at <= until)
        return sorted(wanted, key=lambda parcel: (parcel.at, parcel.key))

    def entries(self, parcel: Parcel) -> tuple[Entry, ...]:
        return tuple(Entry.model_validate_json(line) for line in self._get(parcel.key).splitlines())

    def irregular(self, parcel: Parcel) -> Irregular:
        return Irregular.model_validate_json(self._get(parcel.key))

    def put_key(self, key: PublicKey) -> None:
        self._put(f"{KEYS}/{key.fingerprint}.json", key.model_dump_json().encode())

    def put_seal(self, seal: Seal) -> None:
        if not self._put(f"{SEALS}/{seal.seal:0{_SEAL_DIGITS}d}.json", seal.model_dump_json().encode()):
            raise Conflict(f"there is a seal {seal.seal}")

    def last_seal(self) -> Seal | None:
        last = max((parcel.key for parcel in self._listed(f"{SEALS}/")), default=None)
        return None if last is None else Seal.model_validate_json(self._get(last))

    def seals(self) -> tuple[Seal, ...]:
        return tuple(Seal.model_validate_json(self._get(parcel.key)) for parcel in self._listed(f"{SEALS}/"))

    def keys(self) -> tuple[PublicKey, ...]:
        return tuple(PublicKey.model_validate_json(self._get(parcel.key)) for parcel in self._listed(f"{KEYS}/"))

    def _put(self, key: str, body: bytes) -> bool:
        """False if there is an object of this name."""
        with calling("S3"):
            try:
                self._client.put_object(Bucket=self._bucket, Key=key, Body=body, IfNoneMatch="*", ChecksumAlgorithm="SHA256")
            except ClientError as error:
                if code_of(error) not in _THERE:
                    raise
                return False
        return True

    def _get(self, key: str) -> bytes:
        with calling("S3"):
            return self._client.get_object(Bucket=self._bucket, Key=key)["Body"].read()

    def _listed(self, prefix: str) -> Iterator[Parcel]:
        with calling("S3"):
            for page in self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=prefix):
                for item in page.get("Contents", ()):
                    at = item["LastModified"].replace(microsecond=0)
                    yield Parcel(key=item["Key"], at=at, irregular=item["Key"].startswith(f"{IRREGULAR}/"))


def _days(kind: str, after: datetime | None, until: datetime) -> Iterator[str]:
    """Where to look: a key has its writer's day, which near midnight is not S3's."""
    if after is None:
        yield f"{kind}/"
        return
    day = after.date() - timedelta(days=1)
    while day <= until.date() + timedelta(days=1):
        yield f"{kind}/{day:%Y/%m/%d}/"
        day += timedelta(days=1)
