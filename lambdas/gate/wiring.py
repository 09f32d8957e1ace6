"""The gate, put together once per cold start."""

from functools import cache

import boto3

from lambdas.gate.settings import GateSettings
from remit.adapters.aws import CONFIG, INVOKE_CONFIG
from remit.adapters.bundle import load_charter, load_payloads
from remit.adapters.dynamodb_facts import DynamoFacts
from remit.adapters.dynamodb_records import DynamoRecords
from remit.adapters.environment import read_settings
from remit.adapters.lambda_functions import LambdaExecutor
from remit.adapters.ses import SesMailer
from remit.adapters.stepfunctions import StepFunctionsTasks
from remit.adapters.system import SystemClock, SystemEntropy
from remit.adapters.verifiedpermissions import VerifiedPermissionsEngine
from remit.names import Names
from remit.usecases.ask import Asking
from remit.usecases.gate import GatePorts
from remit.usecases.judge import Judge


@cache
def ports() -> GatePorts:
    settings = read_settings(GateSettings)
    names, clock = Names(settings.remit_stage), SystemClock()
    charter = load_charter(settings.remit_domain)
    dynamodb = boto3.client("dynamodb", config=CONFIG)
    records = DynamoRecords(dynamodb, names, clock)
    return GatePorts(
        judge=Judge(
            charter=charter,
            payloads=load_payloads(charter),
            facts=DynamoFacts(dynamodb, names, charter),
            engine=VerifiedPermissionsEngine(boto3.client("verifiedpermissions", config=CONFIG), settings.policy_store_id, clock),
            clock=clock,
        ),
        records=records,
        executor=LambdaExecutor(boto3.client("lambda", config=INVOKE_CONFIG), names, charter.domain),
        tasks=StepFunctionsTasks(boto3.client("stepfunctions", config=CONFIG)),
        asking=Asking(
            records=records,
            mailer=SesMailer(boto3.client("sesv2", config=CONFIG), settings.mail_sender),
            entropy=SystemEntropy(),
            public_url=settings.public_url,
        ),
    )
