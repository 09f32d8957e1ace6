"""Logs in a bucket: what was handed in under the digest of what it says, and beside it what others put there to be read."""

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from remit.adapters.aws import calling, code_of
from remit.domain.errors import InvalidRequest, NotFound, Reason, Unavailable
from remit.domain.extraction import LARGEST_LOG, digest_of
from remit.log_ports import Logs

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

KEPT, INCOMING = "kept/", "incoming/"
_GONE = {"NoSuchKey", "404"}


class S3Logs(Logs):
    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._client, self._bucket = client, bucket

    def keep(self, domain: str, text: str) -> str:
        digest = digest_of(text)
        with calling("S3"):
            self._client.put_object(Bucket=self._bucket, Key=_kept(domain, digest), Body=text.encode(), ChecksumAlgorithm="SHA256")
        return digest

    def read(self, domain: str, digest: str) -> str:
        text = _text(self._get(_kept(domain, digest)))
        if digest_of(text) != digest:
            raise Unavailable(f"What lies under {_kept(domain, digest)} is not what its name says: it was changed.")
        return text

    def fetch(self, address: str) -> str:
        begins = f"s3://{self._bucket}/"
        if not address.startswith(f"{begins}{INCOMING}"):
            raise _unreadable(f"'{address}' is not where logs are put, which is {begins}{INCOMING}…")
        return _text(self._get(address.removeprefix(begins)))

    def _get(self, name: str) -> bytes:
        """No more than can be read as one log."""
        with calling("S3"):
            try:
                found = self._client.get_object(Bucket=self._bucket, Key=name)
            except ClientError as error:
                if code_of(error) in _GONE:
                    raise NotFound(f"log: nothing lies at s3://{self._bucket}/{name}.") from error
                raise
            if found["ContentLength"] > LARGEST_LOG:
                raise _unreadable(f"is over {LARGEST_LOG // 1_000} kB: hand it in in parts")
            return found["Body"].read()


def _kept(domain: str, digest: str) -> str:
    return f"{KEPT}{domain}/{digest}.txt"


def _text(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise _unreadable("is no text in UTF-8") from error


def _unreadable(why: str) -> InvalidRequest:
    return InvalidRequest(f"log: {why}", (Reason(policy="log", reason=why),))
