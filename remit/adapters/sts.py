"""The agent's own role, assumed by its executor for one action."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import boto3

from remit.adapters.aws import CONFIG, calling
from remit.domain.warrant import Warrant
from remit.ports import AgentIdentity, AgentSession
from remit.toolkit import ToolContext

if TYPE_CHECKING:
    from mypy_boto3_sts import STSClient
    from mypy_boto3_sts.type_defs import CredentialsTypeDef

_SHORTEST_SECONDS = 900
_LONGEST_NAME = 64


class AssumedAgent(AgentIdentity):
    """One agent's role, and the business tables that its tools know by their short names."""

    def __init__(self, client: "STSClient", role_arn: str, tables: Mapping[str, str]) -> None:
        self._client, self._role_arn, self._tables = client, role_arn, tables

    def assume(self, warrant: Warrant) -> AgentSession:
        with calling("STS"):
            assumed = self._client.assume_role(
                RoleArn=self._role_arn, RoleSessionName=warrant.run[:_LONGEST_NAME], DurationSeconds=_SHORTEST_SECONDS
            )
        return AgentSession(arn=assumed["AssumedRoleUser"]["Arn"], context=self._context(assumed["Credentials"], warrant))

    def _context(self, credentials: "CredentialsTypeDef", warrant: Warrant) -> ToolContext:
        session = boto3.Session(
            aws_access_key_id=credentials["AccessKeyId"],
            aws_secret_access_key=credentials["SecretAccessKey"],
            aws_session_token=credentials["SessionToken"],
        )
        return ToolContext(dynamodb=session.client("dynamodb", config=CONFIG), tables=self._tables, key=warrant.id, run=warrant.run)
