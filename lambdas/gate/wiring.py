"""The gate, put together once per cold start."""

from functools import cache

import boto3

from lambdas.gate.settings import GateSettings
from remit.adapters.aws import CONFIG, INVOKE_CONFIG
from remit.adapters.bundle import load_charter, load_payloads, load_shadow
from remit.adapters.dynamodb_approvals import DynamoApprovals
from remit.adapters.dynamodb_facts import DynamoFacts
from remit.adapters.dynamodb_records import DynamoRecords
from remit.adapters.dynamodb_undoings import DynamoUndoings
from remit.adapters.environment import read_settings
from remit.adapters.lambda_functions import LambdaExecutor
from remit.adapters.observability import EmfMeter, XRaySpans, witness
from remit.adapters.policy_store import CONFIG as STORE_CONFIG
from remit.adapters.policy_store import PolicyStore
from remit.adapters.ses import SesMailer
from remit.adapters.stepfunctions import StepFunctionsTasks
from remit.adapters.system import SystemClock, SystemEntropy
from remit.adapters.verifiedpermissions import VerifiedPermissionsEngine
from remit.names import Names
from remit.ports import PolicyEngine, ShadowPolicies
from remit.usecases.ask import Asking
from remit.usecases.gate_ports import GatePorts
from remit.usecases.history import RecordedHistory
from remit.usecases.judge import Judge


@cache
def ports() -> GatePorts:
    settings = read_settings(GateSettings)
    names, clock = Names(settings.remit_stage), SystemClock()
    charter = load_charter(settings.remit_domain)
    dynamodb = boto3.client("dynamodb", config=CONFIG)
    records = DynamoRecords(dynamodb, names, clock, witness(frozenset(charter.agents)))
    store = PolicyStore(boto3.client("verifiedpermissions", config=STORE_CONFIG), settings.policy_store_id, clock)
    return GatePorts(
        judge=Judge(
            charter=charter,
            payloads=load_payloads(charter),
            facts=DynamoFacts(dynamodb, names, charter, clock),
            history=RecordedHistory(records, clock),
            engine=_engine(settings, store),
            clock=clock,
            account=settings.account,
            shadow=_shadow(settings, store),
        ),
        records=records,
        undoings=DynamoUndoings(dynamodb, names),
        executor=LambdaExecutor(boto3.client("lambda", config=INVOKE_CONFIG), names, charter.domain),
        tasks=StepFunctionsTasks(boto3.client("stepfunctions", config=CONFIG)),
        asking=Asking(
            approvals=DynamoApprovals(dynamodb, names),
            records=records,
            mailer=SesMailer(boto3.client("sesv2", config=CONFIG), settings.mail_sender, names),
            entropy=SystemEntropy(),
            clock=clock,
            public_url=settings.public_url,
        ),
        spans=XRaySpans(),
        meter=EmfMeter(),
    )


def _engine(settings: GateSettings, store: PolicyStore) -> PolicyEngine:
    if settings.policy_engine == "verified-permissions":
        return VerifiedPermissionsEngine(store)
    from remit.adapters.stored_cedar import StoredCedar  # noqa: PLC0415 - where the service decides, no cold start pays for Cedar

    return StoredCedar(store)


def _shadow(settings: GateSettings, store: PolicyStore) -> ShadowPolicies | None:
    policies = load_shadow(settings.remit_domain)
    if not policies:
        return None
    from remit.adapters.stored_cedar import ShadowCedar  # noqa: PLC0415 - as above

    return ShadowCedar(store, policies)
