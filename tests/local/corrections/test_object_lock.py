import json
import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local.aws import Aws, document

pytestmark = [pytest.mark.enable_socket, pytest.mark.xdist_group("local-cloud")]


@pytest.fixture
def bucket(aws: Aws) -> str:
    """A bucket that keeps what it gets for a day, and takes nothing that could overwrite."""
    name = f"bucket-{uuid.uuid4()}"
    lock = {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 1}}}
    properties: dict[str, Any] = {"BucketName": name, "ObjectLockEnabled": True, "ObjectLockConfiguration": lock}
    unconditional = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{name}/*",
        "Condition": {"Null": {"s3:if-none-match": "true"}},
    }
    resources = {
        "Bucket": {"Type": "AWS::S3::Bucket", "Properties": properties},
        "Policy": {"Type": "AWS::S3::BucketPolicy", "Properties": {"Bucket": {"Ref": "Bucket"}, "PolicyDocument": document(unconditional)}},
    }
    stacks = aws.client("cloudformation")
    stacks.create_stack(StackName=name, TemplateBody=json.dumps({"Resources": resources}))
    stacks.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
    return name


def test_an_object_cannot_be_deleted_before_its_time(aws: Aws, bucket: str) -> None:
    objects = aws.client("s3")
    version = objects.put_object(Bucket=bucket, Key="kept", Body=b"x", IfNoneMatch="*")["VersionId"]
    assert objects.get_object_retention(Bucket=bucket, Key="kept")["Retention"]["Mode"] == "COMPLIANCE"
    with pytest.raises(ClientError, match="AccessDenied"):
        objects.delete_object(Bucket=bucket, Key="kept", VersionId=version)
    with pytest.raises(ClientError, match="AccessDenied"):
        objects.delete_object(Bucket=bucket, Key="kept", VersionId=version, BypassGovernanceRetention=True)
    assert objects.get_object(Bucket=bucket, Key="kept")["Body"].read() == b"x"


def test_only_a_put_that_overwrites_nothing_is_let_in(aws: Aws, bucket: str) -> None:
    objects = aws.client("s3", aws.user({"Effect": "Allow", "Action": "s3:*", "Resource": "*"}))
    with pytest.raises(ClientError, match="AccessDenied"):
        objects.put_object(Bucket=bucket, Key="k", Body=b"first")
    objects.put_object(Bucket=bucket, Key="k", Body=b"first", IfNoneMatch="*")
    with pytest.raises(ClientError, match="PreconditionFailed"):
        objects.put_object(Bucket=bucket, Key="k", Body=b"second", IfNoneMatch="*")
    assert aws.client("s3").get_object(Bucket=bucket, Key="k")["Body"].read() == b"first"
