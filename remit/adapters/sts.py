"""The agent's own roles, assumed by its executor for one action: one acts, the other one only looks."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import boto3
from botocore.loaders import Loader, create_loader
from botocore.session import Session

from remit.adapters.aws import CONFIG, ONCE, calling
from remit.domain.warrant import Warrant
from remit.ports import AgentIdentity, AgentSession, ReadSession
from remit.toolkit import ReadContext, ToolContext

if TYPE_CHECKING:
    from mypy_boto3_sts import STSClient

_SHORTEST_SECONDS = 900
_LONGEST_NAME = 64
# What a client of a service is made from does not depend on whose client it is, and takes longer to read than an action to do.
_MODELS: Loader = create_loader()


class AssumedAgent(AgentIdentity):
    """One agent's acting and reading roles, and the business tables and senders that its tools know by their short names."""

    def __init__(
        self, client: "STSClient", role_arn: str, reader_role_arn: str, tables: Mapping[str, str], senders: Mapping[str, str]
    ) -> None:
        self._client, self._role_arn, self._reader_role_arn = client, role_arn, reader_role_arn
        self._tables, self._senders = tables, senders

    def assume(self, warrant: Warrant) -> AgentSession:
        arn, session = self._session(self._role_arn, warrant)
        context = ToolContext(
            dynamodb=session.client("dynamodb", config=CONFIG),
            ses=session.client("sesv2", config=ONCE) if self._senders else None,
            senders=self._senders,
            tables=self._tables,
            key=warrant.id,
            run=warrant.run,
        )
        return AgentSession(arn, context)

    def read_as(self, warrant: Warrant) -> ReadSession:
        arn, session = self._session(self._reader_role_arn, warrant)
        dynamodb = session.client("dynamodb", config=CONFIG)
        return ReadSession(arn, ReadContext(dynamodb=dynamodb, tables=self._tables, key=warrant.id, run=warrant.run))

    def _session(self, role_arn: str, warrant: Warrant) -> tuple[str, boto3.Session]:
        with calling("STS"):
            assumed = self._client.assume_role(
                RoleArn=role_arn, RoleSessionName=warrant.run[:_LONGEST_NAME], DurationSeconds=_SHORTEST_SECONDS
            )
        credentials = assumed["Credentials"]
        session = boto3.Session(
            botocore_session=_sharing_models(),
            aws_access_key_id=credentials["AccessKeyId"],
            aws_secret_access_key=credentials["SecretAccessKey"],
            aws_session_token=credentials["SessionToken"],
        )
        return assumed["AssumedRoleUser"]["Arn"], session


def _sharing_models() -> Session:
    session = Session()
    session.register_component("data_loader", _MODELS)
    return session
