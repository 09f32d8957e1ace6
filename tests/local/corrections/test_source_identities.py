import json
import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError

from remit.local.cloud import Credentials
from tests.local.aws import Aws, document

pytestmark = [pytest.mark.enable_socket, pytest.mark.xdist_group("local-cloud")]

ASSUME, NAME = "sts:AssumeRole", "sts:SetSourceIdentity"
KNOWN_AS_CAROL = {
    "Effect": "Allow",
    "Action": "dynamodb:ListTables",
    "Resource": "*",
    "Condition": {"StringEquals": {"aws:SourceIdentity": "carol"}},
}


def role(aws: Aws, *trusted: str, **condition: Any) -> str:  # noqa: ANN401 (a condition's value)
    """A role that a session known as carol may do something with, and that trusts everybody to do this."""
    name = f"role-{uuid.uuid4()}"
    trust = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": [*trusted], **condition}
    made = aws.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(document(trust)))["Role"]
    aws.client("iam").put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=json.dumps(document(KNOWN_AS_CAROL)))
    return str(made["Arn"])


def assumed(aws: Aws, role_arn: str, **known_as: str) -> dict[str, Any]:
    user = aws.user({"Effect": "Allow", "Action": [ASSUME, NAME], "Resource": "*"})
    return dict(aws.client("sts", user).assume_role(RoleArn=role_arn, RoleSessionName="test", **known_as))


def lists_tables(aws: Aws, session: dict[str, Any]) -> bool:
    given = session["Credentials"]
    credentials = Credentials(access_key_id=given["AccessKeyId"], secret_access_key=given["SecretAccessKey"])
    try:
        aws.client("dynamodb", credentials, given["SessionToken"]).list_tables()
    except ClientError as error:
        if error.response["Error"]["Code"] != "AccessDeniedException":
            raise
        return False
    return True


def test_a_session_is_known_by_its_source_identity_in_the_answer_and_in_conditions(aws: Aws) -> None:
    arn = role(aws, ASSUME, NAME)
    carol, dave, nobody = assumed(aws, arn, SourceIdentity="carol"), assumed(aws, arn, SourceIdentity="dave"), assumed(aws, arn)
    assert [session.get("SourceIdentity") for session in (carol, dave, nobody)] == ["carol", "dave", None]
    assert [lists_tables(aws, session) for session in (carol, dave, nobody)] == [True, False, False]


@pytest.mark.parametrize("trusted", [(ASSUME,), (NAME,)])
def test_a_role_that_does_not_trust_in_it_is_not_assumed_with_one(aws: Aws, trusted: tuple[str, ...]) -> None:
    with pytest.raises(ClientError, match="AccessDenied"):
        assumed(aws, role(aws, *trusted), SourceIdentity="carol")


def test_a_role_may_trust_in_one_of_them_only(aws: Aws) -> None:
    only_carol = {"Condition": {"StringEquals": {"sts:SourceIdentity": "carol"}}}
    arn = role(aws, ASSUME, NAME, **only_carol)
    assert assumed(aws, arn, SourceIdentity="carol")["SourceIdentity"] == "carol"
    with pytest.raises(ClientError, match="AccessDenied"):
        assumed(aws, arn, SourceIdentity="dave")


def test_a_role_may_take_these_session_tags_and_no_other(aws: Aws) -> None:
    """Of the emulator's own doing, and what the agents' roles rest on."""
    arn = role(aws, ASSUME, "sts:TagSession", Condition={"ForAllValues:StringEquals": {"aws:TagKeys": ["tenant"]}})
    user = aws.user({"Effect": "Allow", "Action": [ASSUME, "sts:TagSession"], "Resource": "*"})
    take = {"RoleArn": arn, "RoleSessionName": "test"}
    aws.client("sts", user).assume_role(**take, Tags=[{"Key": "tenant", "Value": "north"}])
    with pytest.raises(ClientError, match="AccessDenied"):
        aws.client("sts", user).assume_role(**take, Tags=[{"Key": "admin", "Value": "yes"}])
