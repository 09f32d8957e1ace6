"""An agent's own identity: exactly its tools' permissions, within its domain's boundary, for its executor only."""

from collections.abc import Iterable, Sequence

from aws_cdk import aws_iam as iam
from constructs import Construct

from remit.domain.charter import Charter, DataAction
from stacks.arns import Arns
from stacks.constructs.function import Function


class Boundary(iam.ManagedPolicy):
    """The most that any agent of the domain can be given: records of the domain's tables. Never IAM, STS or Remit's own."""

    def __init__(self, scope: Construct, construct_id: str, *, arns: Arns, charter: Charter) -> None:
        actions = [action.value for action in DataAction]
        tables = [arns.business_table(charter.domain, table) for table in charter.tables]
        super().__init__(
            scope,
            construct_id,
            managed_policy_name=arns.names.of(charter.domain, "agents-boundary"),
            statements=[iam.PolicyStatement(actions=actions, resources=tables)],
        )


class AgentRole(iam.Role):
    def __init__(
        self, scope: Construct, construct_id: str, *, arns: Arns, charter: Charter, agent: str, executor: Function, boundary: Boundary
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            role_name=arns.names.agent_role(charter.domain, agent),
            assumed_by=iam.ArnPrincipal(executor.role.role_arn).with_session_tags(),
            permissions_boundary=boundary,
            inline_policies={"charter": iam.PolicyDocument(statements=_statements(arns, charter, agent))},
        )


def _statements(arns: Arns, charter: Charter, agent: str) -> Sequence[iam.PolicyStatement]:
    """One for each table, with the permissions of all of the agent's tools on it."""
    actions: dict[str, set[str]] = {}
    for permission in charter.permissions_of(agent):
        table = arns.business_table(charter.domain, permission.table)
        actions.setdefault(table, set()).update(action.value for action in permission.actions)
    return [_allow(table, granted) for table, granted in actions.items()]


def _allow(table: str, actions: Iterable[str]) -> iam.PolicyStatement:
    return iam.PolicyStatement(actions=sorted(actions), resources=[table])
