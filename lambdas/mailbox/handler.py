"""The mailbox service of the business: mail in a store that only these functions can open, one function for each operation."""

from functools import cache
from typing import Any

import boto3
from aws_lambda_powertools.utilities.typing import LambdaContext

from lambdas.mailbox.requests import Deletion, Named
from lambdas.mailbox.settings import MailboxSettings
from lambdas.mailbox.store import MailStore
from remit.adapters.aws import CONFIG
from remit.adapters.environment import read_settings
from remit.adapters.observability import observed


@cache
def store() -> MailStore:
    return MailStore(boto3.client("s3", config=CONFIG), read_settings(MailboxSettings).mail_store)


@observed
def read(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return store().read(Named.model_validate(event))


@observed
def listed(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return store().listed(Named.model_validate(event))


@observed
def delete(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return store().delete(Deletion.model_validate(event))
