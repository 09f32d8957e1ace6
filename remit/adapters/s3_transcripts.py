"""What models were asked and answered, in a bucket: encrypted, under names that say whose it is and what its digest is."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from remit.adapters.aws import calling, code_of
from remit.domain.canonical import canonical, digest
from remit.domain.errors import Unavailable
from remit.domain.model import JsonObject
from remit.transcript_ports import Kept, Transcripts

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_GONE = {"NoSuchKey", "404"}


class S3Transcripts(Transcripts):
    """`folder` is the agent's own within the bucket, with a slash at its end."""

    def __init__(self, client: "S3Client", bucket: str, folder: str = "") -> None:
        self._client, self._bucket, self._folder = client, bucket, folder

    def keep(self, run: str, asked: Sequence[JsonObject], answered: Sequence[JsonObject]) -> Kept:
        return Kept(input=self._put(run, asked), output=self._put(run, answered))

    def read(self, name: str) -> list[JsonObject] | None:
        with calling("S3"):
            try:
                body = self._client.get_object(Bucket=self._bucket, Key=name)["Body"].read()
            except ClientError as error:
                if code_of(error) not in _GONE:
                    raise
                return None
        messages: list[JsonObject] = json.loads(body)
        if digest([*messages]) != name.rpartition("/")[2].removesuffix(".json"):
            raise Unavailable(f"What lies under {name} is not what its name says: it was changed.")
        return messages

    def redact(self, name: str) -> None:
        with calling("S3"):
            self._client.delete_object(Bucket=self._bucket, Key=name)

    def _put(self, run: str, messages: Sequence[JsonObject]) -> str:
        name = f"{self._folder}{run}/{digest([*messages])}.json"
        with calling("S3"):
            self._client.put_object(Bucket=self._bucket, Key=name, Body=canonical([*messages]), ChecksumAlgorithm="SHA256")
        return name
