"""The service inside MiniStack with IAM enforced: what only the whole can show."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.local.verifiedpermissions.samples import ALICE, ORDER, PERMIT, REFUND, SCHEMA, question, refused

if TYPE_CHECKING:
    from mypy_boto3_verifiedpermissions import VerifiedPermissionsClient

START = "from remit.local.verifiedpermissions.ministack import register; register(); from ministack import app; app.main()"
ROOT = Path(__file__).parents[3]
TRUST = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}


class Cloud:
    """A running MiniStack."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint

    def client(self, name: str, **credentials: str) -> Any:  # noqa: ANN401 - a client of any service
        given = {"aws_access_key_id": "test", "aws_secret_access_key": "test", **credentials}
        return boto3.client(name, endpoint_url=self.endpoint, region_name="us-east-1", **given)  # type: ignore[call-overload]

    def as_role_that_may(self, action: str, resource: str) -> "VerifiedPermissionsClient":
        name, iam = f"role-{uuid.uuid4()}", self.client("iam")
        arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=_document(TRUST))["Role"]["Arn"]
        grant = {"Effect": "Allow", "Action": action, "Resource": resource}
        iam.put_role_policy(RoleName=name, PolicyName="only", PolicyDocument=_document(grant))
        session = self.client("sts").assume_role(RoleArn=arn, RoleSessionName="test")["Credentials"]
        client: VerifiedPermissionsClient = self.client(
            "verifiedpermissions",
            aws_access_key_id=session["AccessKeyId"],
            aws_secret_access_key=session["SecretAccessKey"],
            aws_session_token=session["SessionToken"],
        )
        return client

    def deploy(self, resources: dict[str, Any], outputs: dict[str, Any]) -> dict[str, str]:
        """The outputs of a new stack."""
        template = {"Resources": resources, "Outputs": {name: {"Value": value} for name, value in outputs.items()}}
        stacks, name = self.client("cloudformation"), f"stack-{uuid.uuid4()}"
        stacks.create_stack(StackName=name, TemplateBody=json.dumps(template))
        stacks.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 20})
        (stack,) = stacks.describe_stacks(StackName=name)["Stacks"]
        return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


def _document(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "AUTH": "true", "BIND_HOST": "127.0.0.1", "GATEWAY_PORT": str(port)}
    process = subprocess.Popen(
        [sys.executable, "-c", START], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait_for(port, process)
        yield Cloud(f"http://127.0.0.1:{port}")
    finally:
        process.terminate()
        process.wait()


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(600):
        assert process.poll() is None, "MiniStack ended while it started"
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    pytest.fail("MiniStack did not start")


@pytest.fixture(scope="module")
def deployed(cloud: Cloud) -> dict[str, str]:
    """A store with one policy, deployed as a stack."""
    store = {"ValidationSettings": {"Mode": "STRICT"}, "Schema": {"CedarJson": SCHEMA}}
    policy = {"PolicyStoreId": {"Ref": "Store"}, "Name": "name/refunds", "Definition": {"Static": {"Statement": PERMIT}}}
    resources = {
        "Store": {"Type": "AWS::VerifiedPermissions::PolicyStore", "Properties": store},
        "Policy": {"Type": "AWS::VerifiedPermissions::Policy", "Properties": policy},
    }
    policy_id = {"Fn::GetAtt": ["Policy", "PolicyId"]}
    return cloud.deploy(resources, {"Store": {"Ref": "Store"}, "Arn": {"Fn::GetAtt": ["Store", "Arn"]}, "Policy": policy_id})


def test_a_deployed_policy_decides(cloud: Cloud, deployed: dict[str, str]) -> None:
    answer = cloud.client("verifiedpermissions").is_authorized(**question(deployed["Store"]))

    assert (answer["decision"], answer["determiningPolicies"]) == ("ALLOW", [{"policyId": deployed["Policy"]}])


def test_a_role_does_exactly_what_it_may(cloud: Cloud, deployed: dict[str, str]) -> None:
    client, store = cloud.as_role_that_may("verifiedpermissions:IsAuthorized", deployed["Arn"]), deployed["Store"]

    assert client.is_authorized(**question(store))["decision"] == "ALLOW"
    batch: Any = [{"principal": ALICE, "action": REFUND, "resource": ORDER}]
    assert client.batch_is_authorized(policyStoreId=store, requests=batch)["results"][0]["decision"] == "ALLOW"
    with pytest.raises(ClientError) as error:
        client.get_schema(policyStoreId=store)
    assert "is not authorized to perform: verifiedpermissions:GetSchema" in refused(error, "AccessDeniedException")
    with pytest.raises(ClientError) as error:
        client.delete_policy_store(policyStoreId=store)
    assert refused(error, "AccessDeniedException")


def test_permission_for_another_store_is_no_permission(cloud: Cloud, deployed: dict[str, str]) -> None:
    client = cloud.as_role_that_may("verifiedpermissions:*", deployed["Arn"] + "other")

    for ask in (
        lambda: client.is_authorized(**question(deployed["Store"])),
        lambda: client.batch_get_policy(requests=[{"policyStoreId": deployed["Store"], "policyId": deployed["Policy"]}]),
        lambda: client.list_policies(policyStoreId=deployed["Store"]),
        client.list_policy_stores,
        lambda: client.tag_resource(resourceArn=deployed["Arn"], tags={"a": "b"}),
    ):
        with pytest.raises(ClientError) as error:
            ask()
        assert refused(error, "AccessDeniedException")


def test_a_user_of_a_pool_is_the_principal(cloud: Cloud, deployed: dict[str, str]) -> None:
    client, store = cloud.client("verifiedpermissions"), deployed["Store"]
    pool, app, token = _signed_in(cloud)
    configuration = {"userPoolArn": f"arn:aws:cognito-idp:us-east-1:000000000000:userpool/{pool}", "clientIds": [app]}
    client.create_identity_source(
        policyStoreId=store, configuration={"cognitoUserPoolConfiguration": configuration}, principalEntityType="Shop::User"
    )

    answer = client.is_authorized_with_token(policyStoreId=store, identityToken=token, action=REFUND, resource=ORDER)

    assert (answer["decision"], answer["principal"]["entityId"].startswith(f"{pool}|")) == ("ALLOW", True)
    with pytest.raises(ClientError) as error:
        client.is_authorized_with_token(policyStoreId=store, identityToken=token[:-8] + "AAAAAAAA", action=REFUND, resource=ORDER)
    assert "signature is wrong" in refused(error)


def _signed_in(cloud: Cloud) -> tuple[str, str, str]:
    """A new user pool, its client, and a user's ID token."""
    cognito = cloud.client("cognito-idp")
    pool = cognito.create_user_pool(PoolName="shop")["UserPool"]["Id"]
    flows = ["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
    app = cognito.create_user_pool_client(UserPoolId=pool, ClientName="web", ExplicitAuthFlows=flows)["UserPoolClient"]["ClientId"]
    cognito.admin_create_user(UserPoolId=pool, Username="ann", MessageAction="SUPPRESS")
    cognito.admin_set_user_password(UserPoolId=pool, Username="ann", Password="Passw0rd!", Permanent=True)
    answer = cognito.admin_initiate_auth(
        UserPoolId=pool, ClientId=app, AuthFlow="ADMIN_USER_PASSWORD_AUTH", AuthParameters={"USERNAME": "ann", "PASSWORD": "Passw0rd!"}
    )
    return pool, app, answer["AuthenticationResult"]["IdToken"]


def test_a_reset_of_the_cloud_forgets_the_stores(cloud: Cloud, deployed: dict[str, str]) -> None:
    request = urllib.request.Request(f"{cloud.endpoint}/_ministack/reset", method="POST")  # noqa: S310 - a loopback address
    with urllib.request.urlopen(request) as answer:  # noqa: S310
        assert answer.status == 200

    assert cloud.client("verifiedpermissions").list_policy_stores()["policyStores"] == []
