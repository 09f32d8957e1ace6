"""The timekeeper, put together once per cold start."""

from functools import cache

import boto3

from lambdas.timekeeper.settings import TimekeeperSettings
from remit.adapters.aws import CONFIG
from remit.adapters.dynamodb_approvals import DynamoApprovals
from remit.adapters.environment import read_settings
from remit.adapters.lambda_functions import LambdaGate
from remit.adapters.system import SystemClock
from remit.names import Names
from remit.usecases.wake import WakingPorts


@cache
def ports() -> WakingPorts:
    settings = read_settings(TimekeeperSettings)
    names = Names(settings.remit_stage)
    return WakingPorts(
        domains=settings.domains,
        approvals=DynamoApprovals(boto3.client("dynamodb", config=CONFIG), names),
        gate=LambdaGate(boto3.client("lambda", config=CONFIG), names),
        clock=SystemClock(),
    )
