"""One agent's executor, put together once per cold start."""

from functools import cache

import boto3

from lambdas.executor.settings import ExecutorSettings
from remit.adapters.aws import CONFIG
from remit.adapters.bundle import load_charter, load_payloads, load_tools
from remit.adapters.dynamodb_uses import DynamoUses
from remit.adapters.environment import read_settings
from remit.adapters.observability import XRaySpans
from remit.adapters.sts import AssumedAgent
from remit.adapters.system import SystemClock
from remit.names import Names
from remit.usecases.perform import ExecutorPorts


@cache
def ports() -> ExecutorPorts:
    settings = read_settings(ExecutorSettings)
    names, charter = Names(settings.remit_stage), load_charter(settings.remit_domain)
    return ExecutorPorts(
        agent=settings.remit_agent,
        tools=load_tools(charter, settings.remit_agent),
        payloads=load_payloads(charter),
        uses=DynamoUses(boto3.client("dynamodb", config=CONFIG), names),
        identity=AssumedAgent(boto3.client("sts", config=CONFIG), settings.agent_role_arn, settings.reader_role_arn, charter, names),
        clock=SystemClock(),
        spans=XRaySpans(),
    )
