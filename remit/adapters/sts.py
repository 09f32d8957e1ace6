"""The agent's own roles, assumed by its executor for one action: one acts, the other one only looks. Each session can do no more than
the warrant's tool needs, and on behalf of a person it is theirs: tagged with their tenant, and known by them in every trail."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
from botocore.loaders import Loader, create_loader
from botocore.session import Session

from remit.adapters.aws import CONFIG, ONCE, calling
from remit.adapters.business_service import BusinessService
from remit.adapters.session_policy import Ground, to_act, to_look
from remit.domain.charter import Charter
from remit.domain.warrant import Warrant
from remit.execution_ports import AgentIdentity, AgentSession, ReadSession
from remit.names import Names
from remit.toolkit import NoService, ReadContext, Service, ToolContext

if TYPE_CHECKING:
    from mypy_boto3_sts import STSClient
    from mypy_boto3_sts.type_defs import AssumeRoleRequestTypeDef

_SHORTEST_SECONDS = 900
_LONGEST_NAME = 64
# What a client of a service is made from does not depend on whose client it is, and takes longer to read than an action to do.
_MODELS: Loader = create_loader()


@dataclass(frozen=True, slots=True)
class _Assumed:
    arn: str
    session: boto3.Session
    source_identity: str | None


class AssumedAgent(AgentIdentity):
    """One agent's acting and reading roles, and the business tables and senders that its tools know by their short names."""

    def __init__(self, client: "STSClient", role_arn: str, reader_role_arn: str, charter: Charter, names: Names) -> None:
        self._client, self._role_arn, self._reader_role_arn, self._charter = client, role_arn, reader_role_arn, charter
        self._names = names
        _, partition, _, _, account, _ = role_arn.split(":", 5)
        self._ground = Ground(charter=charter, names=names, partition=partition, region=client.meta.region_name, account=account)
        self._tables = {table: names.business_table(charter.domain, table) for table in charter.tables}

    def assume(self, warrant: Warrant) -> AgentSession:
        assumed = self._assume(self._role_arn, to_act(self._ground, warrant.tool, _tenant(warrant)), warrant)
        senders = {name: self._charter.senders[name].address for name in self._charter.tools[warrant.tool].senders}
        context = ToolContext(
            dynamodb=assumed.session.client("dynamodb", config=CONFIG),
            service=self._service(assumed, self._charter.tools[warrant.tool].calls),
            ses=assumed.session.client("sesv2", config=ONCE) if senders else None,
            senders=senders,
            labels=warrant.labels,
            **self._use(warrant),
        )
        return AgentSession(assumed.arn, context, _tags(warrant), assumed.source_identity)

    def read_as(self, warrant: Warrant) -> ReadSession:
        assumed = self._assume(self._reader_role_arn, to_look(self._ground, warrant.tool, _tenant(warrant)), warrant)
        dynamodb = assumed.session.client("dynamodb", config=CONFIG)
        service = self._service(assumed, self._charter.tools[warrant.tool].verify_calls)
        return ReadSession(assumed.arn, ReadContext(dynamodb=dynamodb, service=service, **self._use(warrant)))

    def _service(self, assumed: _Assumed, operations: Sequence[str]) -> Service:
        if not operations:
            return NoService()
        functions = {operation: self._names.operation(self._charter.domain, operation) for operation in operations}
        return BusinessService(assumed.session.client("lambda", config=CONFIG), functions)

    def _use(self, warrant: Warrant) -> dict[str, Any]:
        by_tenant = frozenset(name for name, table in self._charter.tables.items() if table.tenant)
        return {"tables": self._tables, "by_tenant": by_tenant, "tenant": _tenant(warrant), "key": warrant.id, "run": warrant.run}

    def _assume(self, role_arn: str, policy: str, warrant: Warrant) -> _Assumed:
        request: AssumeRoleRequestTypeDef = {
            "RoleArn": role_arn,
            "RoleSessionName": warrant.run[:_LONGEST_NAME],
            "DurationSeconds": _SHORTEST_SECONDS,
            "Policy": policy,
            "Tags": [{"Key": name, "Value": value} for name, value in _tags(warrant).items()],
        }
        if warrant.delegator is not None:
            request["SourceIdentity"] = warrant.delegator.person
        with calling("STS"):
            assumed = self._client.assume_role(**request)
        credentials = assumed["Credentials"]
        session = boto3.Session(
            botocore_session=_sharing_models(),
            aws_access_key_id=credentials["AccessKeyId"],
            aws_secret_access_key=credentials["SecretAccessKey"],
            aws_session_token=credentials["SessionToken"],
        )
        return _Assumed(assumed["AssumedRoleUser"]["Arn"], session, assumed.get("SourceIdentity"))


def _tenant(warrant: Warrant) -> str | None:
    return None if warrant.delegator is None else warrant.delegator.tenant


def _tags(warrant: Warrant) -> Mapping[str, str]:
    return {} if warrant.delegator is None else warrant.delegator.session_tags


def _sharing_models() -> Session:
    session = Session()
    session.register_component("data_loader", _MODELS)
    return session
