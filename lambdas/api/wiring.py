"""The API, put together once per cold start."""

from dataclasses import dataclass
from functools import cache

import boto3

from lambdas.api.settings import ApiSettings
from remit.adapters.aws import CONFIG
from remit.adapters.dynamodb_records import DynamoRecords
from remit.adapters.environment import read_settings
from remit.adapters.observability import EmfMeter
from remit.adapters.stepfunctions import StepFunctionsWorkflows
from remit.adapters.system import SystemClock, SystemEntropy
from remit.names import Names
from remit.usecases.agents import AgentPorts
from remit.usecases.measures import Counting
from remit.usecases.runs import RunPorts


@dataclass(frozen=True, slots=True)
class ApiPorts:
    runs: RunPorts
    agents: AgentPorts


@cache
def ports() -> ApiPorts:
    settings = read_settings(ApiSettings)
    clock = SystemClock()
    records = DynamoRecords(boto3.client("dynamodb", config=CONFIG), Names(settings.remit_stage), clock, Counting(EmfMeter()))
    agents = AgentPorts(domains=settings.agents, records=records, clock=clock)
    return ApiPorts(runs=_runs(settings, records, clock), agents=agents)


def _runs(settings: ApiSettings, records: DynamoRecords, clock: SystemClock) -> RunPorts:
    names = Names(settings.remit_stage)
    return RunPorts(
        workflows=settings.workflows,
        machines=StepFunctionsWorkflows(boto3.client("stepfunctions", config=CONFIG), names, settings.aws_region, settings.account),
        records=records,
        clock=clock,
        entropy=SystemEntropy(),
    )
