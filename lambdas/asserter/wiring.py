"""A domain's asserter, put together once per cold start."""

from functools import cache

import boto3

from lambdas.asserter.settings import AsserterSettings
from remit.adapters.aws import CONFIG
from remit.adapters.bundle import load_charter, load_payloads
from remit.adapters.dynamodb_fact_store import DynamoFactStore
from remit.adapters.dynamodb_records import DynamoRecords
from remit.adapters.dynamodb_uses import DynamoUses
from remit.adapters.environment import read_settings
from remit.adapters.observability import XRaySpans, witness
from remit.adapters.s3_logs import S3Logs
from remit.adapters.system import SystemClock
from remit.domain.tool_spec import FACTS_ASSERT
from remit.names import Names
from remit.usecases.asserting import AssertFact, Itself
from remit.usecases.facts import FactPorts
from remit.usecases.perform import ExecutorPorts


@cache
def ports() -> ExecutorPorts:
    settings = read_settings(AsserterSettings)
    names, clock, charter = Names(settings.remit_stage), SystemClock(), load_charter(settings.remit_domain)
    dynamodb, agent = boto3.client("dynamodb", config=CONFIG), charter.scribe or ""
    memory = FactPorts(
        charters=dict.fromkeys(charter.namespaces, charter),
        store=DynamoFactStore(dynamodb, names),
        records=DynamoRecords(dynamodb, names, clock, witness()),
        clock=clock,
    )
    logs = S3Logs(boto3.client("s3", config=CONFIG), settings.logs_bucket)
    return ExecutorPorts(
        agent=agent,
        tools={FACTS_ASSERT: AssertFact(charter, memory, logs)},
        payloads=load_payloads(charter),
        uses=DynamoUses(dynamodb, names),
        identity=Itself(f"executor/{charter.domain}/{agent}", dynamodb),
        clock=clock,
        spans=XRaySpans(),
    )
