"""The approvals function, put together once per cold start."""

from functools import cache

import boto3

from lambdas.approvals.settings import ApprovalsSettings
from remit.adapters.aws import CONFIG
from remit.adapters.dynamodb_approvals import DynamoApprovals
from remit.adapters.dynamodb_records import DynamoRecords
from remit.adapters.environment import read_settings
from remit.adapters.lambda_functions import LambdaGate
from remit.adapters.observability import witness
from remit.adapters.system import SystemClock, SystemEntropy
from remit.names import Names
from remit.usecases.answer import ApprovalPorts


@cache
def ports() -> ApprovalPorts:
    settings = read_settings(ApprovalsSettings)
    names, clock = Names(settings.remit_stage), SystemClock()
    dynamodb = boto3.client("dynamodb", config=CONFIG)
    return ApprovalPorts(
        domains=settings.domains,
        approvals=DynamoApprovals(dynamodb, names),
        records=DynamoRecords(dynamodb, names, clock, witness()),
        gate=LambdaGate(boto3.client("lambda", config=CONFIG), names),
        clock=clock,
        entropy=SystemEntropy(),
    )
