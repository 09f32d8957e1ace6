"""An agent's role is the charter's permissions within its domain's boundary, assumed by its executor and nobody else."""

import json
from itertools import product
from typing import Any

import pytest

from remit.domain.charter import Charter
from remit.names import Names
from remit.reach import Difference, compare
from tests.infrastructure.grants import CHARTERS
from tests.infrastructure.templates import STAGES, Deployment, Resource, deployment

DATA_ACTIONS = {"GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem", "DeleteItem", "ConditionCheckItem"}
AGENTS = [(stage, charter, agent) for stage, charter in product(STAGES, CHARTERS) for agent in charter.agents]

every_agent = pytest.mark.parametrize(
    ("stage", "charter", "agent"), AGENTS, ids=[f"{stage}-{charter.domain}-{agent}" for stage, charter, agent in AGENTS]
)


def role_id(deployed: Deployment, charter: Charter, agent: str) -> str:
    name = Names(deployed.stage).agent_role(charter.domain, agent)
    return next(key for key, role in deployed.of_type("AWS::IAM::Role").items() if role["Properties"].get("RoleName") == name)


def agent_role(deployed: Deployment, charter: Charter, agent: str) -> Resource:
    properties: Resource = deployed.resources[role_id(deployed, charter, agent)]["Properties"]
    return properties


def boundary(deployed: Deployment, charter: Charter, agent: str) -> set[tuple[str, str]]:
    policy = deployed.resources[agent_role(deployed, charter, agent)["PermissionsBoundary"]["Ref"]]
    return set(deployed.statements(policy["Properties"]["PolicyDocument"]))


@pytest.mark.parametrize("stage", STAGES)
def test_what_iam_lets_the_agents_reach_is_what_the_charters_say(stage: str) -> None:
    assert compare(CHARTERS, deployment(stage).templates, Names(stage)) == Difference(beyond=(), short=())


@every_agent
def test_its_own_policy_is_exactly_the_charters_cells(stage: str, charter: Charter, agent: str) -> None:
    deployed = deployment(stage)
    (policy,) = agent_role(deployed, charter, agent)["Policies"]
    cells = {(p.table, action.value) for p in charter.permissions_of(agent) for action in p.actions}
    expected = {("Allow", f"{action} on dynamodb:table/{charter.domain}-{table}") for table, action in cells}
    assert set(deployed.statements(policy["PolicyDocument"])) == expected
    assert "*" not in json.dumps(policy)


@every_agent
def test_no_policy_is_attached_to_it_from_elsewhere(stage: str, charter: Charter, agent: str) -> None:
    deployed = deployment(stage)
    assert "ManagedPolicyArns" not in agent_role(deployed, charter, agent)
    assert not list(deployed.grants({"Fn::GetAtt": [role_id(deployed, charter, agent), "Arn"]}))


@every_agent
def test_no_other_resource_names_it_but_its_executor(stage: str, charter: Charter, agent: str) -> None:
    """So no policy of a table or a function lets it in besides."""
    deployed = deployment(stage)
    marks = (json.dumps(role_id(deployed, charter, agent)), f"role/{Names(stage).agent_role(charter.domain, agent)}")
    naming = [key for key, resource in deployed.resources.items() if any(mark in json.dumps(resource) for mark in marks)]
    executor = f"{charter.domain}:Executor{agent}"
    assert {key.removeprefix(executor).rstrip("0123456789ABCDEF") for key in naming} == {"RoleDefaultPolicy", "Function"}


@every_agent
def test_only_its_executor_assumes_it(stage: str, charter: Charter, agent: str) -> None:
    deployed = deployment(stage)
    executor = deployed.functions()[f"{charter.domain}-{agent}-executor"]["Properties"]["Role"]
    (statement,) = agent_role(deployed, charter, agent)["AssumeRolePolicyDocument"]["Statement"]
    assert statement == {"Action": ["sts:AssumeRole", "sts:TagSession"], "Effect": "Allow", "Principal": {"AWS": executor}}


@every_agent
def test_its_boundary_is_records_of_the_domains_own_tables(stage: str, charter: Charter, agent: str) -> None:
    places = product(DATA_ACTIONS, charter.tables)
    expected = {("Allow", f"dynamodb:{action} on dynamodb:table/{charter.domain}-{table}") for action, table in places}
    assert boundary(deployment(stage), charter, agent) == expected


@every_agent
def test_its_boundary_leaves_out_everything_that_is_not_its_domains(stage: str, charter: Charter, agent: str) -> None:
    deployed = deployment(stage)
    own = {f"{charter.domain}-{table}" for table in charter.tables}
    others = {deployed.short(table["Properties"]["TableName"]) for table in deployed.of_type("AWS::DynamoDB::Table").values()} - own
    assert {"warrants", "uses", "approvals", "actions", "ledger", "policy-administration-payouts"} <= others
    reached = {grant.partition(" on ")[::2] for _, grant in boundary(deployed, charter, agent)}
    assert {action.partition(":")[0] for action, _ in reached} == {"dynamodb"}
    assert not {resource.rpartition("/")[2] for _, resource in reached} & others


@pytest.mark.parametrize("stage", STAGES)
def test_a_function_is_run_by_lambda_and_its_role_assumed_by_nobody_else(stage: str) -> None:
    deployed = deployment(stage)
    for function in deployed.functions().values():
        role: Any = deployed.resources[function["Properties"]["Role"]["Fn::GetAtt"][0]]["Properties"]
        (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
        assert statement == {"Action": "sts:AssumeRole", "Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}}


def test_the_permission_to_call_names_each_route() -> None:
    deployed = deployment("prod")
    policies = deployed.of_type("AWS::IAM::ManagedPolicy").values()
    caller = next(policy for policy in policies if policy["Properties"]["ManagedPolicyName"] == "remit-prod-caller")
    granted = {grant.split("/", 2)[2] for _, grant in deployed.statements(caller["Properties"]["PolicyDocument"])}
    assert granted == {"POST/runs", "POST/intents", "GET/runs/*", "GET/approvals"}
    assert "execute-api:*" not in json.dumps(caller)
