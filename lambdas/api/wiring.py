"""The API, put together once per cold start."""

from functools import cache

import boto3

from lambdas.api.settings import ApiSettings
from remit.adapters.aws import CONFIG
from remit.adapters.dynamodb_records import DynamoRecords
from remit.adapters.environment import read_settings
from remit.adapters.stepfunctions import StepFunctionsWorkflows
from remit.adapters.system import SystemClock, SystemEntropy
from remit.names import Names
from remit.usecases.runs import RunPorts


@cache
def ports() -> RunPorts:
    settings = read_settings(ApiSettings)
    names, clock = Names(settings.remit_stage), SystemClock()
    return RunPorts(
        workflows=settings.workflows,
        machines=StepFunctionsWorkflows(boto3.client("stepfunctions", config=CONFIG), names, settings.aws_region, settings.account),
        records=DynamoRecords(boto3.client("dynamodb", config=CONFIG), names, clock),
        clock=clock,
        entropy=SystemEntropy(),
    )
