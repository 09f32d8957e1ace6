"""An agent's role is the charter's permissions within its domain's boundary, assumed by its executor and nobody else."""

import json
from pathlib import Path

import pytest

from remit.charters import load_charter
from tests.infrastructure.templates import STAGES, Deployment, Resource, deployment

DATA_ACTIONS = {"GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem", "DeleteItem", "ConditionCheckItem"}


def agent_role(deployed: Deployment) -> Resource:
    roles = deployed.of_type("AWS::IAM::Role").values()
    return next(role for role in roles if role["Properties"].get("RoleName") == f"remit-{deployed.stage}-refunds-support-agent")


@pytest.mark.parametrize("stage", STAGES)
def test_it_may_do_exactly_what_the_charter_says(stage: str) -> None:
    deployed = deployment(stage)
    (policy,) = agent_role(deployed)["Properties"]["Policies"]
    permissions = load_charter(Path("charters/refunds.yaml")).permissions_of("support")
    expected = {("Allow", f"{action} on dynamodb:table/refunds-{p.table}") for p in permissions for action in p.actions}
    assert set(deployed.statements(policy["PolicyDocument"])) == expected


@pytest.mark.parametrize("stage", STAGES)
def test_no_policy_is_attached_to_it_from_elsewhere(stage: str) -> None:
    deployed = deployment(stage)
    role = next(name for name, resource in deployed.resources.items() if resource == agent_role(deployed))
    assert "ManagedPolicyArns" not in agent_role(deployed)["Properties"]
    assert not list(deployed.grants({"Fn::GetAtt": [role, "Arn"]}))


@pytest.mark.parametrize("stage", STAGES)
def test_only_its_executor_assumes_it(stage: str) -> None:
    deployed = deployment(stage)
    executor = deployed.functions()["refunds-support-executor"]["Properties"]["Role"]
    (statement,) = agent_role(deployed)["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert statement == {"Action": ["sts:AssumeRole", "sts:TagSession"], "Effect": "Allow", "Principal": {"AWS": executor}}


@pytest.mark.parametrize("stage", STAGES)
def test_its_boundary_is_records_of_the_domains_own_tables(stage: str) -> None:
    deployed = deployment(stage)
    boundary = deployed.resources[agent_role(deployed)["Properties"]["PermissionsBoundary"]["Ref"]]
    tables = load_charter(Path("charters/refunds.yaml")).tables
    expected = {("Allow", f"dynamodb:{action} on dynamodb:table/refunds-{table}") for action in DATA_ACTIONS for table in tables}
    assert set(deployed.statements(boundary["Properties"]["PolicyDocument"])) == expected


def test_the_permission_to_call_names_each_route() -> None:
    deployed = deployment("prod")
    policies = deployed.of_type("AWS::IAM::ManagedPolicy").values()
    caller = next(policy for policy in policies if policy["Properties"]["ManagedPolicyName"] == "remit-prod-caller")
    granted = {grant.split("/", 2)[2] for _, grant in deployed.statements(caller["Properties"]["PolicyDocument"])}
    assert granted == {"POST/runs", "POST/intents", "GET/runs/*", "GET/approvals"}
    assert "execute-api:*" not in json.dumps(caller)
