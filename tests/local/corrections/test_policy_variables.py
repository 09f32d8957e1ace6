import json
import uuid

import pytest
from botocore.exceptions import ClientError

from remit.local.cloud import Credentials
from tests.local.aws import Aws, document

pytestmark = [pytest.mark.enable_socket, pytest.mark.xdist_group("local-cloud")]

OWN_QUEUES = {
    "Effect": "Allow",
    "Action": "sqs:CreateQueue",
    "Resource": "arn:aws:sqs:us-east-1:000000000000:${aws:PrincipalTag/tenant}-*",
}


def may_create(aws: Aws, queue: str, caller: Credentials, token: str | None = None) -> bool:
    try:
        aws.client("sqs", caller, token).create_queue(QueueName=queue)
    except ClientError as error:
        if error.response["Error"]["Code"] != "AccessDenied":
            raise
        return False
    return True


def test_a_tag_of_the_caller_scopes_the_resource(aws: Aws) -> None:
    caller = aws.user(OWN_QUEUES, tenant="alpha")
    assert may_create(aws, "alpha-orders", caller)
    assert not may_create(aws, "beta-orders", caller)


def test_a_caller_without_the_tag_gets_nothing(aws: Aws) -> None:
    assert not may_create(aws, "alpha-orders", aws.user(OWN_QUEUES))


def test_a_default_stands_in_for_a_missing_tag(aws: Aws) -> None:
    caller = aws.user({**OWN_QUEUES, "Resource": "arn:aws:sqs:us-east-1:000000000000:${aws:PrincipalTag/tenant, 'guest'}-*"})
    assert may_create(aws, "guest-orders", caller)
    assert not may_create(aws, "alpha-orders", caller)


def test_a_tag_is_replaced_in_the_value_of_a_condition(aws: Aws) -> None:
    same_team = {"StringEquals": {"aws:PrincipalTag/team": "${aws:PrincipalTag/tenant}"}}
    everything = {"Effect": "Allow", "Action": "sqs:CreateQueue", "Resource": "*", "Condition": same_team}
    assert may_create(aws, "any-orders", aws.user(everything, tenant="alpha", team="alpha"))
    assert not may_create(aws, "any-orders", aws.user(everything, tenant="alpha", team="beta"))


def test_a_deny_is_scoped_by_the_tag_too(aws: Aws) -> None:
    everything = {"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}
    caller = aws.user(everything, {**OWN_QUEUES, "Effect": "Deny"}, tenant="alpha")
    assert not may_create(aws, "alpha-orders", caller)
    assert may_create(aws, "beta-orders", caller)


def test_a_tag_of_the_session_scopes_the_resource(aws: Aws) -> None:
    iam, name = aws.client("iam"), f"role-{uuid.uuid4()}"
    trust = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": ["sts:AssumeRole", "sts:TagSession"]}
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(document(trust)))["Role"]["Arn"]
    iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=json.dumps(document(OWN_QUEUES)))
    session = aws.client("sts").assume_role(RoleArn=role, RoleSessionName="session", Tags=[{"Key": "tenant", "Value": "beta"}])
    issued = session["Credentials"]
    caller = Credentials(access_key_id=issued["AccessKeyId"], secret_access_key=issued["SecretAccessKey"])
    assert may_create(aws, "beta-orders", caller, issued["SessionToken"])
    assert not may_create(aws, "alpha-orders", caller, issued["SessionToken"])
