"""The sealer, put together once per cold start."""

from datetime import timedelta
from functools import cache

import boto3

from lambdas.sealer.settings import SealerSettings
from remit.adapters.aws import CONFIG
from remit.adapters.environment import read_settings
from remit.adapters.kms_signer import KmsSigner
from remit.adapters.observability import EmfMeter
from remit.adapters.s3_archive import S3Archive
from remit.adapters.system import SystemClock
from remit.usecases.seal import SealPorts


@cache
def ports() -> SealPorts:
    settings = read_settings(SealerSettings)
    return SealPorts(
        archive=S3Archive(boto3.client("s3", config=CONFIG), settings.archive_bucket),
        signer=KmsSigner(boto3.client("kms", config=CONFIG), settings.seal_key),
        clock=SystemClock(),
        meter=EmfMeter(),
        settles_in=timedelta(seconds=settings.settle_seconds),
    )
