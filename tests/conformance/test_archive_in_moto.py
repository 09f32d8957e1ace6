from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws

from remit.adapters.s3_archive import S3Archive
from remit.evidence_ports import Archive
from tests.conformance.archive import ArchiveConformance


class TestS3Archive(ArchiveConformance):
    @pytest.fixture
    def archive(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[Archive]:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            monkeypatch.setenv(name, "test")
        with mock_aws():
            client = boto3.client("s3", region_name="us-east-1")
            client.create_bucket(Bucket="archive", ObjectLockEnabledForBucket=True)
            yield S3Archive(client, "archive")
