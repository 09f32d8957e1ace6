"""An agent's two identities, each for its executor only and within its domain's boundary: one acts, the other one only looks."""

from collections.abc import Iterable, Iterator

from aws_cdk import aws_iam as iam
from constructs import Construct

from remit.domain.charter import Charter
from remit.domain.permission import MEMORY_READS, SEND_MAIL, DataAction, Permission, ReadAction, ReadPermission
from stacks.arns import Arns
from stacks.constructs.function import Function
from stacks.constructs.memory import memory


class Boundaries(Construct):
    """The most that agents of the domain can be given: to act on records of its tables and send its mail, or to read
    records. Never IAM, STS or Remit's own."""

    def __init__(self, scope: Construct, construct_id: str, *, arns: Arns, charter: Charter) -> None:
        super().__init__(scope, construct_id)
        tables = [arns.business_table(charter.domain, table) for table in charter.tables]
        self.acting = _boundary(self, "Acting", arns.names.of(charter.domain, "agents-boundary"), DataAction, tables)
        known = {namespace for agent in charter.agents for namespace in charter.namespaces_of(agent)}
        self.acting.add_statements(*memory(arns, sorted(known), *MEMORY_READS), *_beside_tables(arns, charter))
        self.reading = _boundary(self, "Reading", arns.names.of(charter.domain, "readers-boundary"), ReadAction, tables)


class AgentRoles(Construct):
    """The acting role has exactly its tools' permissions; the reading role what their read-backs look at, and cannot change a thing."""

    def __init__(
        self, scope: Construct, construct_id: str, *, arns: Arns, charter: Charter, agent: str, executor: Function, boundaries: Boundaries
    ) -> None:
        super().__init__(scope, construct_id)
        self._trusted = iam.ArnPrincipal(executor.role.role_arn).with_session_tags()
        acts, looks = arns.names.agent_role(charter.domain, agent), arns.names.reader_role(charter.domain, agent)
        beside = (*memory(arns, charter.namespaces_of(agent), *MEMORY_READS), *_mail(arns, charter, charter.senders_of(agent)))
        self._role("Acting", acts, [*_by_place(arns, charter, charter.permissions_of(agent)), *beside], boundaries.acting)
        self._role("Reading", looks, _by_place(arns, charter, charter.reads_of(agent)), boundaries.reading)

    def _role(self, construct_id: str, name: str, statements: list[iam.PolicyStatement], boundary: iam.ManagedPolicy) -> None:
        """No policy at all where there is nothing to allow."""
        policies = {"charter": iam.PolicyDocument(statements=statements)} if statements else {}
        iam.Role(
            self,
            construct_id,
            role_name=name,
            assumed_by=self._trusted,
            permissions_boundary=boundary,
            inline_policies=policies,
        )


def _boundary(scope: Construct, construct_id: str, name: str, actions: Iterable[str], tables: list[str]) -> iam.ManagedPolicy:
    allowed = iam.PolicyStatement(actions=[str(action) for action in actions], resources=tables)
    return iam.ManagedPolicy(scope, construct_id, managed_policy_name=name, statements=[allowed])


def _by_place(arns: Arns, charter: Charter, permissions: Iterable[Permission | ReadPermission]) -> list[iam.PolicyStatement]:
    """One statement for each table and index."""
    cells: dict[str, set[str]] = {}
    for permission in permissions:
        cells.setdefault(_place(arns, charter, permission), set()).update(action.value for action in permission.actions)
    return [iam.PolicyStatement(actions=sorted(actions), resources=[place]) for place, actions in cells.items()]


def _place(arns: Arns, charter: Charter, permission: Permission | ReadPermission) -> str:
    if isinstance(permission, Permission) and permission.index:
        return arns.index(charter.domain, permission.table, permission.index)
    return arns.business_table(charter.domain, permission.table)


def _beside_tables(arns: Arns, charter: Charter) -> Iterator[iam.PolicyStatement]:
    indexes = [arns.index(charter.domain, table, index) for table, spec in charter.tables.items() for index in spec.indexes]
    if indexes:
        yield iam.PolicyStatement(actions=[DataAction.QUERY.value], resources=indexes)
    yield from _mail(arns, charter, charter.senders)


def _mail(arns: Arns, charter: Charter, senders: Iterable[str]) -> Iterator[iam.PolicyStatement]:
    identities = [arns.mail_identity(charter.senders[sender].address) for sender in senders]
    if identities:
        yield iam.PolicyStatement(actions=[SEND_MAIL], resources=identities)
