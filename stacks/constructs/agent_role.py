"""An agent's two identities, each for its executor only and within its domain's boundary: one acts, the other one only looks."""

from collections.abc import Iterable, Iterator

from aws_cdk import aws_iam as iam
from constructs import Construct

from remit.domain.charter import Charter
from remit.domain.delegation import SESSION_TAGS
from remit.domain.permission import CALL, MEMORY_READS, OWN_TENANT, SEND_MAIL, DataAction, Permission, ReadAction, ReadPermission, only_keys
from stacks.arns import Arns
from stacks.constructs.function import Function
from stacks.constructs.ledger_table import never_rewrites
from stacks.constructs.memory import memory


class Boundaries(Construct):
    """The most that agents of the domain can be given: to act on records of its tables, send its mail and call its service, or to read
    records and call what only reads. Never IAM, STS or Remit's own."""

    def __init__(self, scope: Construct, construct_id: str, *, arns: Arns, charter: Charter) -> None:
        super().__init__(scope, construct_id)
        known = {namespace for agent in charter.agents for namespace in charter.namespaces_of(agent)}
        beside = (*memory(arns, sorted(known), *MEMORY_READS), *_beside_tables(arns, charter), *_calls(arns, charter, charter.service))
        reading = _calls(arns, charter, (name for name, operation in charter.service.items() if operation.reads))
        acts, looks = (arns.names.of(charter.domain, f"{who}-boundary") for who in ("agents", "readers"))
        self.acting = self._boundary("Acting", acts, [*_on_records(arns, charter, DataAction), *beside, never_rewrites(arns)])
        self.reading = self._boundary("Reading", looks, [*_on_records(arns, charter, ReadAction), *reading, never_rewrites(arns)])

    def _boundary(self, construct_id: str, name: str, statements: list[iam.PolicyStatement]) -> iam.ManagedPolicy:
        return iam.ManagedPolicy(self, construct_id, managed_policy_name=name, statements=statements)


class AgentRoles(Construct):
    """The acting role has exactly its tools' permissions; the reading role what their read-backs look at, and cannot change a thing."""

    def __init__(
        self, scope: Construct, construct_id: str, *, arns: Arns, charter: Charter, agent: str, executor: Function, boundaries: Boundaries
    ) -> None:
        super().__init__(scope, construct_id)
        self._trusted = iam.ArnPrincipal(executor.role.role_arn)
        acts, looks = arns.names.agent_role(charter.domain, agent), arns.names.reader_role(charter.domain, agent)
        beside = (*memory(arns, charter.namespaces_of(agent), *MEMORY_READS), *_mail(arns, charter, charter.senders_of(agent)))
        acting = [*_by_place(arns, charter, charter.permissions_of(agent)), *beside, *_calls(arns, charter, charter.calls_of(agent))]
        reading = [*_by_place(arns, charter, charter.reads_of(agent)), *_calls(arns, charter, charter.verify_calls_of(agent))]
        self._role("Acting", acts, acting, boundaries.acting)
        self._role("Reading", looks, reading, boundaries.reading)

    def _role(self, construct_id: str, name: str, statements: list[iam.PolicyStatement], boundary: iam.ManagedPolicy) -> None:
        """No policy at all where there is nothing to allow."""
        policies = {"charter": iam.PolicyDocument(statements=statements)} if statements else {}
        role = iam.Role(
            self,
            construct_id,
            role_name=name,
            assumed_by=self._trusted,
            permissions_boundary=boundary,
            inline_policies=policies,
        )
        if trust := role.assume_role_policy:
            trust.add_statements(self._narrowing())

    def _narrowing(self) -> iam.PolicyStatement:
        """A session may be tagged with whom it is for, and with nothing else."""
        return iam.PolicyStatement(
            actions=["sts:TagSession", "sts:SetSourceIdentity"],
            principals=[self._trusted],
            conditions={"ForAllValues:StringEquals": {"aws:TagKeys": [*SESSION_TAGS]}},
        )


def _on_records(arns: Arns, charter: Charter, actions: Iterable[str]) -> Iterator[iam.PolicyStatement]:
    """On the records of all tables of the domain."""
    for by_tenant in (False, True):
        if tables := [arns.business_table(charter.domain, table) for table, spec in charter.tables.items() if spec.tenant is by_tenant]:
            yield _allow([str(action) for action in actions], tables, by_tenant=by_tenant)


def _allow(actions: Iterable[str], resources: list[str], *, by_tenant: bool) -> iam.PolicyStatement:
    """Of tables by tenant only the records of the tenant that the session is tagged with: without a tag, none."""
    return iam.PolicyStatement(actions=[*actions], resources=resources, conditions=only_keys(OWN_TENANT) if by_tenant else None)


def _by_place(arns: Arns, charter: Charter, permissions: Iterable[Permission | ReadPermission]) -> list[iam.PolicyStatement]:
    """One statement for each table and index."""
    cells: dict[tuple[str, bool], set[str]] = {}
    for permission in permissions:
        place = _place(arns, charter, permission), charter.tables[permission.table].tenant
        cells.setdefault(place, set()).update(action.value for action in permission.actions)
    return [_allow(sorted(actions), [place], by_tenant=by_tenant) for (place, by_tenant), actions in cells.items()]


def _place(arns: Arns, charter: Charter, permission: Permission | ReadPermission) -> str:
    if isinstance(permission, Permission) and permission.index:
        return arns.index(charter.domain, permission.table, permission.index)
    return arns.business_table(charter.domain, permission.table)


def _beside_tables(arns: Arns, charter: Charter) -> Iterator[iam.PolicyStatement]:
    for table, spec in charter.tables.items():
        if indexes := [arns.index(charter.domain, table, index) for index in spec.indexes]:
            yield _allow([DataAction.QUERY.value], indexes, by_tenant=spec.tenant)
    yield from _mail(arns, charter, charter.senders)


def _mail(arns: Arns, charter: Charter, senders: Iterable[str]) -> Iterator[iam.PolicyStatement]:
    identities = [arns.mail_identity(charter.senders[sender].address) for sender in senders]
    if identities:
        yield iam.PolicyStatement(actions=[SEND_MAIL], resources=identities)


def _calls(arns: Arns, charter: Charter, operations: Iterable[str]) -> Iterator[iam.PolicyStatement]:
    functions = [arns.operation(charter.domain, operation) for operation in operations]
    if functions:
        yield iam.PolicyStatement(actions=[CALL], resources=functions)
