"""The recorder, put together once per cold start."""

from functools import cache

import boto3

from lambdas.recorder.settings import RecorderSettings
from remit.adapters.aws import CONFIG
from remit.adapters.dynamodb_records import DynamoRecords
from remit.adapters.environment import read_settings
from remit.adapters.observability import witness
from remit.adapters.ses import SesMailer
from remit.adapters.system import SystemClock
from remit.names import Names
from remit.usecases.close import ClosePorts
from remit.usecases.tell import Telling


@cache
def ports() -> ClosePorts:
    settings = read_settings(RecorderSettings)
    names = Names(settings.remit_stage)
    records = DynamoRecords(boto3.client("dynamodb", config=CONFIG), names, SystemClock(), witness())
    mailer = SesMailer(boto3.client("sesv2", config=CONFIG), settings.mail_sender, names)
    return ClosePorts(records=records, telling=Telling(records=records, mailer=mailer, routes=settings.told))
