"""The recorder, put together once per cold start."""

from functools import cache

import boto3

from lambdas.recorder.settings import RecorderSettings
from remit.adapters.aws import CONFIG
from remit.adapters.dynamodb_records import DynamoRecords
from remit.adapters.environment import read_settings
from remit.adapters.observability import EmfMeter
from remit.adapters.system import SystemClock
from remit.names import Names
from remit.usecases.close import ClosePorts
from remit.usecases.measures import Counting


@cache
def ports() -> ClosePorts:
    names = Names(read_settings(RecorderSettings).remit_stage)
    dynamodb = boto3.client("dynamodb", config=CONFIG)
    return ClosePorts(records=DynamoRecords(dynamodb, names, SystemClock(), Counting(EmfMeter())))
