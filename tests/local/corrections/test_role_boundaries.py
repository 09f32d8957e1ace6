import json
import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local.aws import Aws, document

pytestmark = [pytest.mark.enable_socket, pytest.mark.xdist_group("local-cloud")]


def template(name: str, *within: str) -> str:
    """A role whose own policy allows everything and whose boundary allows this; without any it has none."""
    everything = document({"Effect": "Allow", "Action": "*", "Resource": "*"})
    role: dict[str, Any] = {
        "RoleName": name,
        "AssumeRolePolicyDocument": document({"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}),
        "Policies": [{"PolicyName": "everything", "PolicyDocument": everything}],
    }
    limit = {"PolicyDocument": document({"Effect": "Allow", "Action": [*within, "sts:GetCallerIdentity"], "Resource": "*"})}
    bounded = role | ({"PermissionsBoundary": {"Ref": "Boundary"}} if within else {})
    resources = {
        "Boundary": {"Type": "AWS::IAM::ManagedPolicy", "Properties": limit},
        "Role": {"Type": "AWS::IAM::Role", "Properties": bounded},
    }
    return json.dumps({"Resources": resources})


def deploy(aws: Aws, name: str, *within: str) -> None:
    stacks = aws.client("cloudformation")
    stacks.create_stack(StackName=name, TemplateBody=template(name, *within), Capabilities=["CAPABILITY_NAMED_IAM"])
    stacks.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1})


def lists_tables(aws: Aws, name: str) -> bool:
    """Whether somebody under the role may."""
    user = aws.user({"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"})
    assumed = aws.client("sts", user).assume_role(RoleArn=f"arn:aws:iam::{aws.state.account_id}:role/{name}", RoleSessionName="test")
    given = assumed["Credentials"]
    credentials = type(user)(access_key_id=given["AccessKeyId"], secret_access_key=given["SecretAccessKey"])
    try:
        aws.client("dynamodb", credentials, given["SessionToken"]).list_tables()
    except ClientError as error:
        if error.response["Error"]["Code"] != "AccessDeniedException":
            raise
        return False
    return True


@pytest.mark.parametrize(("within", "allowed"), [(["s3:ListAllMyBuckets"], False), (["dynamodb:ListTables"], True), ([], True)])
def test_a_deployed_role_may_do_what_its_boundary_allows(aws: Aws, within: list[str], allowed: bool) -> None:
    name = f"bounded-{uuid.uuid4()}"
    deploy(aws, name, *within)
    assert lists_tables(aws, name) is allowed


def test_a_boundary_can_be_given_and_taken_away_by_an_update(aws: Aws) -> None:
    name, stacks = f"bounded-{uuid.uuid4()}", aws.client("cloudformation")
    deploy(aws, name)
    for within, allowed in ((["s3:ListAllMyBuckets"], False), ([], True)):
        stacks.update_stack(StackName=name, TemplateBody=template(name, *within), Capabilities=["CAPABILITY_NAMED_IAM"])
        stacks.get_waiter("stack_update_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
        assert lists_tables(aws, name) is allowed
