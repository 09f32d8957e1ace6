"""The approvals function, put together once per cold start."""

from functools import cache

import boto3

from lambdas.approvals.settings import ApprovalsSettings
from remit.adapters.aws import CONFIG
from remit.adapters.bundle import load_charters
from remit.adapters.dynamodb_approvals import DynamoApprovals
from remit.adapters.dynamodb_records import DynamoRecords
from remit.adapters.environment import read_settings
from remit.adapters.lambda_functions import LambdaGate
from remit.adapters.observability import witness
from remit.adapters.system import SystemClock, SystemEntropy
from remit.names import Names
from remit.usecases.answer import ApprovalPorts
from remit.usecases.sign_in import SigningIn


@cache
def ports() -> ApprovalPorts:
    settings = read_settings(ApprovalsSettings)
    names, clock = Names(settings.remit_stage), SystemClock()
    dynamodb = boto3.client("dynamodb", config=CONFIG)
    return ApprovalPorts(
        approvals=DynamoApprovals(dynamodb, names),
        records=DynamoRecords(dynamodb, names, clock, witness()),
        gate=LambdaGate(boto3.client("lambda", config=CONFIG), names),
        clock=clock,
        entropy=SystemEntropy(),
        account=settings.account,
        known={charter.domain: charter.known_approvers() for charter in load_charters()},
    )


@cache
def signing_in() -> SigningIn:
    """Only a sign-in pays for its imports."""
    from remit.adapters.cognito_sign_in import CognitoSignIns  # noqa: PLC0415 - see above
    from remit.adapters.cognito_tokens import CognitoTokens, Pool  # noqa: PLC0415 - see above
    from remit.adapters.pool_keys import PoolKeys, fetch_from  # noqa: PLC0415 - see above

    settings, clock = read_settings(ApprovalsSettings), SystemClock()
    pool = Pool(issuer=settings.token_issuer, client=settings.token_audience)
    tokens = CognitoTokens(pool, PoolKeys(fetch_from(settings.token_keys_url), clock), clock)
    return SigningIn(
        sign_ins=CognitoSignIns(settings.sign_in_url, settings.token_audience, tokens),
        address=settings.sign_in_url,
        client=settings.token_audience,
        public_url=settings.public_url,
    )
