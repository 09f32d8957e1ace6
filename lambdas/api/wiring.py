"""The API, put together once per cold start."""

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import boto3

from lambdas.api.settings import ApiSettings
from remit.adapters.aws import CONFIG
from remit.adapters.bundle import load_catalogue, load_charters
from remit.adapters.cognito_tokens import CognitoTokens, Pool
from remit.adapters.dynamodb_delegations import DynamoDelegations
from remit.adapters.dynamodb_fact_store import DynamoFactStore
from remit.adapters.dynamodb_records import DynamoRecords
from remit.adapters.dynamodb_undoings import DynamoUndoings
from remit.adapters.environment import read_settings
from remit.adapters.lambda_functions import LambdaGate
from remit.adapters.observability import witness
from remit.adapters.pool_keys import PoolKeys, fetch_from
from remit.adapters.s3_logs import S3Logs
from remit.adapters.s3_transcripts import S3Transcripts
from remit.adapters.stepfunctions import StepFunctionsWorkflows
from remit.adapters.system import SystemClock, SystemEntropy
from remit.delegation_ports import Tokens
from remit.names import Names
from remit.usecases.agents import AgentPorts
from remit.usecases.delegations import DelegationPorts
from remit.usecases.extract import ExtractPorts
from remit.usecases.fact_desk import FactDesk
from remit.usecases.facts import FactPorts
from remit.usecases.redact import RedactPorts
from remit.usecases.runs import RunPorts
from remit.usecases.undo import UndoPorts

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True, slots=True)
class ApiPorts:
    runs: RunPorts
    undo: UndoPorts
    agents: AgentPorts
    facts: FactDesk
    delegations: DelegationPorts
    tokens: Tokens
    extract: ExtractPorts


@cache
def ports() -> ApiPorts:
    settings = read_settings(ApiSettings)
    clock, dynamodb = SystemClock(), boto3.client("dynamodb", config=CONFIG)
    records = DynamoRecords(dynamodb, Names(settings.remit_stage), clock, witness())
    agents = AgentPorts(domains=settings.agents, catalogues=cache(load_catalogue), records=records, clock=clock)
    runs, facts = _runs(settings, records, clock), _facts(settings, records, clock, dynamodb)
    return ApiPorts(
        runs=runs,
        undo=UndoPorts(
            charters={charter.domain: charter for charter in load_charters()},
            undoings=DynamoUndoings(dynamodb, Names(settings.remit_stage)),
            runs=runs,
        ),
        agents=agents,
        facts=facts,
        delegations=DelegationPorts(
            delegations=DynamoDelegations(dynamodb, Names(settings.remit_stage)),
            records=records,
            machines=runs.machines,
            gate=runs.gate,
            clock=clock,
        ),
        tokens=_tokens(settings, clock),
        extract=ExtractPorts(
            charters={charter.domain: charter for charter in load_charters() if charter.scribe},
            desk=facts,
            logs=S3Logs(boto3.client("s3", config=CONFIG), settings.logs_bucket),
            runs=runs,
        ),
    )


@cache
def redacting() -> RedactPorts:
    """Only a redaction pays for another client."""
    settings = read_settings(ApiSettings)
    bucket = Names(settings.remit_stage).transcripts(settings.account, settings.aws_region)
    return RedactPorts(records=ports().runs.records, transcripts=S3Transcripts(boto3.client("s3", config=CONFIG), bucket))


def _tokens(settings: ApiSettings, clock: SystemClock) -> CognitoTokens:
    keys = PoolKeys(fetch_from(settings.token_keys_url), clock)
    return CognitoTokens(Pool(issuer=settings.token_issuer, client=settings.token_audience), keys, clock)


def _facts(settings: ApiSettings, records: DynamoRecords, clock: SystemClock, dynamodb: "DynamoDBClient") -> FactDesk:
    names, charters = Names(settings.remit_stage), load_charters()
    memory = FactPorts(
        charters={namespace: charter for charter in charters for namespace in charter.namespaces},
        store=DynamoFactStore(dynamodb, names),
        records=records,
        clock=clock,
    )
    roles = {names.agent_role(domain, agent): agent for agent, domain in settings.agents.items()}
    return FactDesk(facts=memory, account=settings.account, roles=roles)


def _runs(settings: ApiSettings, records: DynamoRecords, clock: SystemClock) -> RunPorts:
    names = Names(settings.remit_stage)
    return RunPorts(
        account=settings.account,
        elsewhere={name: agent.elsewhere for charter in load_charters() for name, agent in charter.agents.items()},
        workflows=settings.workflows,
        machines=StepFunctionsWorkflows(boto3.client("stepfunctions", config=CONFIG), names, settings.aws_region, settings.account),
        records=records,
        clock=clock,
        entropy=SystemEntropy(),
        gate=LambdaGate(boto3.client("lambda", config=CONFIG), names),
    )
