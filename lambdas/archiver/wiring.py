"""The archiver, put together once per cold start."""

from functools import cache

import boto3

from lambdas.archiver.settings import ArchiverSettings
from remit.adapters.aws import CONFIG
from remit.adapters.dynamodb_records import DynamoRecords
from remit.adapters.environment import read_settings
from remit.adapters.observability import EmfMeter, logger
from remit.adapters.s3_archive import S3Archive
from remit.adapters.system import SystemClock
from remit.domain.archive import Irregular
from remit.names import Names
from remit.usecases.archive import ArchivePorts


@cache
def ports() -> ArchivePorts:
    settings, clock = read_settings(ArchiverSettings), SystemClock()
    archive = S3Archive(boto3.client("s3", config=CONFIG), settings.archive_bucket)
    records = DynamoRecords(boto3.client("dynamodb", config=CONFIG), Names(settings.remit_stage), clock)
    return ArchivePorts(archive=archive, chain=records.entries, clock=clock, meter=EmfMeter(), warn=_warn)


def _warn(irregular: Irregular) -> None:
    logger.error("ledger.irregular", run=irregular.run, change=irregular.id, why=irregular.why)
