"""An agent's roles are what its charter says within their boundaries, assumed by its executor and nobody else."""

import json
from collections.abc import Iterable
from fnmatch import fnmatch
from itertools import product
from typing import Any, NamedTuple

import pytest

from remit.domain.charter import Charter
from remit.domain.permission import Permission, ReadPermission, only_keys
from remit.names import Names
from remit.reach import Difference, compare
from tests.infrastructure.grants import CHARTERS, NO_REWRITES
from tests.infrastructure.templates import STAGES, Deployment, Resource, deployment

READ_ACTIONS = {"GetItem", "BatchGetItem", "Query"}
DATA_ACTIONS = READ_ACTIONS | {"PutItem", "UpdateItem", "DeleteItem", "ConditionCheckItem"}


class Held(NamedTuple):
    """One of an agent's two roles in one stage, and what it has to be."""

    stage: str
    charter: Charter
    agent: str
    reads: bool

    @property
    def name(self) -> str:
        names = Names(self.stage)
        return (names.reader_role if self.reads else names.agent_role)(self.charter.domain, self.agent)

    @property
    def permissions(self) -> Iterable[Permission | ReadPermission]:
        return self.charter.reads_of(self.agent) if self.reads else self.charter.permissions_of(self.agent)

    @property
    def memory(self) -> set[tuple[str, str]]:
        """What stands in its namespaces; tests/infrastructure/test_memory.py has the condition."""
        remembers = self.charter.namespaces_of(self.agent) and not self.reads
        return {("Allow", f"dynamodb:{action} on dynamodb:table/facts") for action in ("GetItem", "Query")} if remembers else set()

    @property
    def deployed(self) -> Deployment:
        return deployment(self.stage)

    @property
    def id(self) -> str:
        roles = self.deployed.of_type("AWS::IAM::Role").items()
        return next(key for key, role in roles if role["Properties"].get("RoleName") == self.name)

    @property
    def properties(self) -> Resource:
        properties: Resource = self.deployed.resources[self.id]["Properties"]
        return properties

    @property
    def boundary(self) -> set[tuple[str, str]]:
        policy = self.deployed.resources[self.properties["PermissionsBoundary"]["Ref"]]
        return set(self.deployed.statements(policy["Properties"]["PolicyDocument"]))


ROLES = [
    Held(stage, charter, agent, reads)
    for stage, charter, reads in product(STAGES, CHARTERS, (False, True))
    for agent in charter.acting_agents()
]

every_role = pytest.mark.parametrize("held", ROLES, ids=lambda held: f"{held.stage}-{held.name}")


def place(charter: Charter, permission: Permission | ReadPermission) -> str:
    index = permission.index if isinstance(permission, Permission) else None
    return f"dynamodb:table/{charter.domain}-{permission.table}" + (f"/index/{index}" if index else "")


def function(charter: Charter, operation: str) -> str:
    return f"lambda:function:{charter.domain}-service-{operation}"


@pytest.mark.parametrize("stage", STAGES)
def test_what_iam_lets_the_agents_reach_is_what_the_charters_say(stage: str) -> None:
    assert compare(CHARTERS, deployment(stage).templates, Names(stage)) == Difference(beyond=(), short=())


@every_role
def test_its_own_policy_is_exactly_the_charters_cells(held: Held) -> None:
    documents = [policy["PolicyDocument"] for policy in held.properties.get("Policies", [])]
    cells = {f"{action} on {place(held.charter, permission)}" for permission in held.permissions for action in permission.actions}
    senders = () if held.reads else held.charter.senders_of(held.agent)
    mail = {f"ses:SendEmail on ses:identity/{held.charter.senders[sender].address}" for sender in senders}
    operations = held.charter.verify_calls_of(held.agent) if held.reads else held.charter.calls_of(held.agent)
    calls = {f"lambda:InvokeFunction on {function(held.charter, operation)}" for operation in operations}
    expected = {("Allow", cell) for cell in cells | mail | calls}
    assert {statement for document in documents for statement in held.deployed.statements(document)} == expected | held.memory
    assert "*" not in json.dumps(documents)


@every_role
def test_no_policy_is_attached_to_it_from_elsewhere(held: Held) -> None:
    assert "ManagedPolicyArns" not in held.properties
    assert not list(held.deployed.grants({"Fn::GetAtt": [held.id, "Arn"]}))


@every_role
def test_no_other_resource_names_it_but_its_executor(held: Held) -> None:
    """So no policy of a table or a function lets it in besides."""
    marks = (json.dumps(held.id), f"role/{held.name}")
    naming = [key for key, resource in held.deployed.resources.items() if any(mark in json.dumps(resource) for mark in marks)]
    executor = f"{held.charter.domain}:Executor{held.agent}"
    assert {key.removeprefix(executor).rstrip("0123456789ABCDEF") for key in naming} == {"RoleDefaultPolicy", "Function"}


@every_role
def test_only_its_executor_assumes_it(held: Held) -> None:
    executor = held.deployed.functions()[f"{held.charter.domain}-{held.agent}-executor"]["Properties"]["Role"]
    assume, narrow = held.properties["AssumeRolePolicyDocument"]["Statement"]
    assert assume == {"Action": "sts:AssumeRole", "Effect": "Allow", "Principal": {"AWS": executor}}
    assert narrow == {
        "Action": ["sts:TagSession", "sts:SetSourceIdentity"],
        "Effect": "Allow",
        "Principal": {"AWS": executor},
        "Condition": {"ForAllValues:StringEquals": {"aws:TagKeys": ["tenant", "user"]}},
    }


@every_role
def test_of_tables_by_tenant_it_and_its_boundary_reach_the_sessions_own_tenants_records_only(held: Held) -> None:
    by_tenant = [f"{held.charter.domain}-{table}" for table, spec in held.charter.tables.items() if spec.tenant]
    boundary = held.deployed.resources[held.properties["PermissionsBoundary"]["Ref"]]["Properties"]["PolicyDocument"]
    documents = [boundary, *(policy["PolicyDocument"] for policy in held.properties.get("Policies", []))]
    statements = [statement for document in documents for statement in document["Statement"]]
    bound = [statement for statement in statements if any(f"/remit-{held.stage}-{table}" in json.dumps(statement) for table in by_tenant)]
    assert (len(bound) >= len(documents)) or not by_tenant
    assert all(statement["Condition"] == only_keys("${aws:PrincipalTag/tenant}") for statement in bound)


@every_role
def test_its_boundary_is_records_of_the_domains_own_tables_and_to_act_its_mail_too(held: Held) -> None:
    charter, places = held.charter, product(READ_ACTIONS if held.reads else DATA_ACTIONS, held.charter.tables)
    expected = {f"dynamodb:{action} on dynamodb:table/{charter.domain}-{table}" for action, table in places}
    if not held.reads:
        indexes = [f"{charter.domain}-{table}/index/{index}" for table, spec in charter.tables.items() for index in spec.indexes]
        expected |= {f"dynamodb:Query on dynamodb:table/{index}" for index in indexes}
        expected |= {f"ses:SendEmail on ses:identity/{sender.address}" for sender in charter.senders.values()}
    operations = [name for name, operation in charter.service.items() if operation.reads or not held.reads]
    expected |= {f"lambda:InvokeFunction on {function(charter, operation)}" for operation in operations}
    denied = {("Deny", grant) for grant in NO_REWRITES}
    assert held.boundary == {("Allow", grant) for grant in expected} | held.memory | denied


@every_role
def test_its_boundary_leaves_out_everything_that_is_not_its_domains(held: Held) -> None:
    deployed = held.deployed
    own = {f"{held.charter.domain}-{table}" for table in held.charter.tables}
    others = {deployed.short(table["Properties"]["TableName"]) for table in deployed.of_type("AWS::DynamoDB::Table").values()} - own
    assert {"warrants", "uses", "approvals", "actions", "ledger", "policy-administration-payouts"} <= others
    reached = {grant.partition(" on ")[::2] for effect, grant in held.boundary - held.memory if effect == "Allow"}
    assert {action.partition(":")[0] for action, _ in reached} <= {"dynamodb", "lambda", *(() if held.reads else ("ses",))}
    operations = {resource for action, resource in reached if action == "lambda:InvokeFunction"}
    assert operations <= {function(held.charter, operation) for operation in held.charter.service}
    assert not {resource.split("/")[1] for _, resource in reached if resource not in operations} & others
    assert "ses:identity/remit@example.com" not in {resource for _, resource in reached}


@pytest.mark.parametrize("stage", STAGES)
def test_a_function_is_run_by_lambda_and_its_role_assumed_by_nobody_else(stage: str) -> None:
    deployed = deployment(stage)
    for function in deployed.functions().values():
        role: Any = deployed.resources[function["Properties"]["Role"]["Fn::GetAtt"][0]]["Properties"]
        (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
        assert statement == {"Action": "sts:AssumeRole", "Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}}


def routes_of(policy: str) -> set[str]:
    """What the holders of one of the policies for callers may call."""
    deployed = deployment("prod")
    policies = [each["Properties"] for each in deployed.of_type("AWS::IAM::ManagedPolicy").values()]
    (held,) = (each for each in policies if each["ManagedPolicyName"] == f"remit-prod-{policy}")
    assert "execute-api:*" not in json.dumps(held)
    return {grant.split("/", 2)[2] for _, grant in deployed.statements(held["PolicyDocument"])}


def test_the_permission_to_call_names_each_route() -> None:
    assert routes_of("caller") == {"POST/runs", "POST/intents", "GET/runs/*", "POST/runs/*/withdraw", "GET/agents/*/tools", "GET/approvals"}


ELSEWHERE = [name for charter in CHARTERS for name, agent in charter.agents.items() if agent.elsewhere]


@pytest.mark.parametrize("agent", ELSEWHERE)
def test_who_speaks_for_an_agent_may_ask_in_its_name_and_see_what_was_asked_so_and_no_other_run(agent: str) -> None:
    asks = {f"POST/agents/{agent}/intents", f"GET/agents/{agent}/tools"}
    assert routes_of(f"speaker-{agent}") == {*asks, f"GET/agents/{agent}/intents/*", f"POST/agents/{agent}/intents/*/withdraw"}


def test_an_agent_for_which_nobody_speaks_has_no_such_policy() -> None:
    policies = deployment("prod").of_type("AWS::IAM::ManagedPolicy").values()
    names = {str(policy["Properties"].get("ManagedPolicyName", "")) for policy in policies}
    assert {name for name in names if "speaker" in name} == {f"remit-prod-speaker-{agent}" for agent in ELSEWHERE}


def test_an_operator_stops_agents_and_speaks_for_none() -> None:
    assert not [route for route in routes_of("operator") if fnmatch("POST/agents/support/intents", route)]


def test_a_steward_may_call_the_routes_of_facts_and_nothing_else() -> None:
    extracts = {"POST/facts/extract", "GET/facts/extract/*", "GET/facts/suggestions", "POST/facts/adopt"}
    assert routes_of("steward") == extracts | {"POST/facts", "GET/facts", "GET/facts/history", "GET/facts/context", "GET/facts/conflicts"}
