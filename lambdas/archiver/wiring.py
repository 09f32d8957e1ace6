"""The archiver, put together once per cold start."""

from functools import cache

import boto3

from lambdas.archiver.settings import ArchiverSettings
from remit.adapters.aws import CONFIG
from remit.adapters.environment import read_settings
from remit.adapters.observability import EmfMeter, logger
from remit.adapters.s3_archive import S3Archive
from remit.adapters.system import SystemClock
from remit.domain.archive import Irregular
from remit.usecases.archive import ArchivePorts


@cache
def ports() -> ArchivePorts:
    archive = S3Archive(boto3.client("s3", config=CONFIG), read_settings(ArchiverSettings).archive_bucket)
    return ArchivePorts(archive=archive, clock=SystemClock(), meter=EmfMeter(), warn=_warn)


def _warn(irregular: Irregular) -> None:
    logger.error("ledger.irregular", run=irregular.run, change=irregular.id, why=irregular.why)
