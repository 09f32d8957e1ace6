from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws

from remit.adapters.s3_logs import S3Logs
from remit.log_ports import Logs
from tests.conformance.logs import LogSuite

BUCKET = "remit-logs"


class TestInMoto(LogSuite):
    incoming = f"s3://{BUCKET}/incoming/"

    @pytest.fixture
    def logs(self) -> Iterator[S3Logs]:
        with mock_aws():
            client = boto3.client("s3", region_name="us-east-1")
            client.create_bucket(Bucket=BUCKET)
            yield S3Logs(client, BUCKET)

    def put(self, logs: Logs, address: str, content: bytes) -> None:
        boto3.client("s3", region_name="us-east-1").put_object(Bucket=BUCKET, Key=address.removeprefix(f"s3://{BUCKET}/"), Body=content)

    def change(self, logs: Logs, domain: str, digest: str) -> None:
        self.put(logs, f"kept/{domain}/{digest}.txt", b"Something else.")
