"""The cascade, put together once per cold start."""

from functools import cache

import boto3

from lambdas.cascade.settings import CascadeSettings
from remit.adapters.aws import CONFIG
from remit.adapters.dynamodb_approvals import DynamoApprovals
from remit.adapters.dynamodb_fact_store import DynamoFactStore
from remit.adapters.dynamodb_records import DynamoRecords
from remit.adapters.environment import read_settings
from remit.adapters.lambda_functions import LambdaGate
from remit.adapters.observability import witness
from remit.adapters.system import SystemClock
from remit.names import Names
from remit.usecases.cascade import CascadePorts


@cache
def ports() -> CascadePorts:
    names, dynamodb = Names(read_settings(CascadeSettings).remit_stage), boto3.client("dynamodb", config=CONFIG)
    return CascadePorts(
        store=DynamoFactStore(dynamodb, names),
        approvals=DynamoApprovals(dynamodb, names),
        records=DynamoRecords(dynamodb, names, SystemClock(), witness()),
        gate=LambdaGate(boto3.client("lambda", config=CONFIG), names),
    )
