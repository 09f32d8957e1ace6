from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws

from remit.adapters.s3_transcripts import S3Transcripts
from remit.domain.errors import Unavailable
from remit.transcript_ports import Transcripts
from tests.conformance.transcripts import ANSWERED, ASKED, TranscriptSuite


@pytest.fixture
def transcripts() -> Iterator[Transcripts]:
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket="kept")
        yield S3Transcripts(client, "kept", "refunds/support/")


class TestInMoto(TranscriptSuite):
    def test_what_was_changed_is_not_taken_for_what_its_name_says(self, transcripts: Transcripts) -> None:
        kept = transcripts.keep("run-1", ASKED, ANSWERED)
        assert kept.input.startswith("refunds/support/run-1/")
        boto3.client("s3", region_name="us-east-1").put_object(Bucket="kept", Key=kept.input, Body=b"[]")
        with pytest.raises(Unavailable, match="it was changed"):
            transcripts.read(kept.input)
