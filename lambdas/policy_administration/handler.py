"""The insurer's policy administration, as far as claims meet it: a system beside Remit, which no agent may call."""

from typing import Any

import boto3
from aws_lambda_powertools.utilities.typing import LambdaContext

from lambdas.policy_administration.operations import Payout, export, pay
from lambdas.policy_administration.settings import ExportSettings, PayoutSettings
from remit.adapters.aws import CONFIG
from remit.adapters.environment import read_settings
from remit.adapters.observability import observed


@observed
def payout(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    table = read_settings(PayoutSettings).payouts_table
    return pay(Payout.model_validate(event), boto3.client("dynamodb", config=CONFIG), table)


@observed
def bulk_export(event: dict[str, Any], context: LambdaContext) -> list[dict[str, Any]]:
    table = read_settings(ExportSettings).claims_table
    return export(boto3.client("dynamodb", config=CONFIG), table)
