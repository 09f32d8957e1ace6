import json
import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError

from remit.local.cloud import Credentials
from tests.local.aws import Aws, document

pytestmark = [pytest.mark.enable_socket, pytest.mark.xdist_group("local-cloud")]

ITEM = {"key": {"S": "k"}}


def template(name: str, *statements: dict[str, Any]) -> str:
    policy = {"ResourcePolicy": {"PolicyDocument": document(*statements)}} if statements else {}
    table = {
        "TableName": name,
        "KeySchema": [{"AttributeName": "key", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "key", "AttributeType": "S"}],
        "BillingMode": "PAY_PER_REQUEST",
        **policy,
    }
    return json.dumps({"Resources": {"Table": {"Type": "AWS::DynamoDB::Table", "Properties": table}}})


def deny(action: str, **condition: Any) -> dict[str, Any]:  # noqa: ANN401 (a condition block)
    conditions = {"Condition": condition} if condition else {}
    return {"Effect": "Deny", "Principal": "*", "Action": f"dynamodb:{action}", "Resource": "*", **conditions}


@pytest.fixture
def name(aws: Aws) -> str:
    return f"table-{uuid.uuid4()}"


def deploy(aws: Aws, name: str, *statements: dict[str, Any], again: bool = False) -> None:
    stacks, what = aws.client("cloudformation"), "update" if again else "create"
    getattr(stacks, f"{what}_stack")(StackName=name, TemplateBody=template(name, *statements))
    stacks.get_waiter(f"stack_{what}_complete").wait(StackName=name, WaiterConfig={"Delay": 1})


def everything(aws: Aws) -> Credentials:
    return aws.user({"Effect": "Allow", "Action": "*", "Resource": "*"})


def test_what_the_table_denies_is_refused_to_whoever_may_do_everything(aws: Aws, name: str) -> None:
    deploy(aws, name, deny("DeleteItem"))
    table = aws.client("dynamodb", everything(aws))
    table.put_item(TableName=name, Item=ITEM)
    with pytest.raises(ClientError, match="explicit deny in a resource-based policy"):
        table.delete_item(TableName=name, Key=ITEM)
    assert "Item" in table.get_item(TableName=name, Key=ITEM)


def test_it_is_refused_inside_a_transaction_too(aws: Aws, name: str) -> None:
    deploy(aws, name, deny("DeleteItem"))
    with pytest.raises(ClientError, match="dynamodb:DeleteItem"):
        aws.client("dynamodb", everything(aws)).transact_write_items(TransactItems=[{"Delete": {"TableName": name, "Key": ITEM}}])


def test_a_put_can_be_let_in_by_a_transaction_only(aws: Aws, name: str) -> None:
    deploy(aws, name, deny("PutItem", Null={"dynamodb:EnclosingOperation": "true"}))
    table = aws.client("dynamodb", everything(aws))
    with pytest.raises(ClientError, match="dynamodb:PutItem"):
        table.put_item(TableName=name, Item=ITEM)
    table.transact_write_items(TransactItems=[{"Put": {"TableName": name, "Item": ITEM}}])
    assert "Item" in table.get_item(TableName=name, Key=ITEM)


def test_an_update_of_the_stack_changes_the_policy_and_takes_it_away(aws: Aws, name: str) -> None:
    deploy(aws, name, deny("DeleteItem"))
    deploy(aws, name, deny("GetItem"), again=True)
    table = aws.client("dynamodb", everything(aws))
    table.delete_item(TableName=name, Key=ITEM)
    with pytest.raises(ClientError, match="dynamodb:GetItem"):
        table.get_item(TableName=name, Key=ITEM)
    deploy(aws, name, again=True)
    assert "Item" not in table.get_item(TableName=name, Key=ITEM)


def test_a_sessions_principal_is_its_role(aws: Aws, name: str) -> None:
    """The condition key aws:PrincipalArn, which a policy of a table compares with roles."""
    iam, roles = aws.client("iam"), [f"role-{uuid.uuid4()}" for _ in range(2)]
    trust = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    for role in roles:
        iam.create_role(RoleName=role, AssumeRolePolicyDocument=json.dumps(document(trust)))
        grant = {"Effect": "Allow", "Action": "dynamodb:*", "Resource": "*"}
        iam.put_role_policy(RoleName=role, PolicyName="grant", PolicyDocument=json.dumps(document(grant)))
    only = f"arn:aws:iam::{aws.state.account_id}:role/{roles[0]}"
    deploy(aws, name, deny("PutItem", ArnNotLike={"aws:PrincipalArn": only}))
    caller = everything(aws)
    sessions = [
        aws.client("sts", caller).assume_role(RoleArn=f"arn:aws:iam::{aws.state.account_id}:role/{role}", RoleSessionName="session")[
            "Credentials"
        ]
        for role in roles
    ]
    clients = [
        aws.client("dynamodb", Credentials(access_key_id=s["AccessKeyId"], secret_access_key=s["SecretAccessKey"]), s["SessionToken"])
        for s in sessions
    ]
    clients[0].put_item(TableName=name, Item=ITEM)
    for refused in (clients[1], aws.client("dynamodb", caller)):
        with pytest.raises(ClientError, match="dynamodb:PutItem"):
            refused.put_item(TableName=name, Item=ITEM)
