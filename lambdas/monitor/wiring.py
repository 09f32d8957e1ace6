"""The monitor, put together once per cold start."""

from functools import cache

import boto3

from lambdas.monitor.settings import MonitorSettings
from remit.adapters.aws import CONFIG
from remit.adapters.dynamodb_approvals import DynamoApprovals
from remit.adapters.dynamodb_budgets import DynamoBudgets
from remit.adapters.environment import read_settings
from remit.adapters.observability import EmfMeter
from remit.adapters.system import SystemClock
from remit.names import Names
from remit.usecases.monitor import MonitorPorts


@cache
def ports() -> MonitorPorts:
    settings = read_settings(MonitorSettings)
    dynamodb, names = boto3.client("dynamodb", config=CONFIG), Names(settings.remit_stage)
    return MonitorPorts(
        routes=settings.routes,
        limits=settings.budgets,
        approvals=DynamoApprovals(dynamodb, names),
        budgets=DynamoBudgets(dynamodb, names),
        clock=SystemClock(),
        meter=EmfMeter(),
    )
