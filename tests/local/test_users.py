import pytest
from botocore.exceptions import ClientError

from remit.local.cloud import Credentials
from remit.local.users import create_user
from tests.local.aws import Aws, document

pytestmark = [pytest.mark.enable_socket, pytest.mark.xdist_group("local-cloud")]

LIST_USERS = {"Effect": "Allow", "Action": "iam:ListUsers", "Resource": "*"}
LIST_ROLES = {"Effect": "Allow", "Action": "iam:ListRoles", "Resource": "*"}


def refusal(aws: Aws, operation: str, caller: Credentials) -> str | None:
    try:
        getattr(aws.client("iam", caller), operation)()
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return None


def test_a_user_may_do_what_its_policy_allows_and_nothing_else(aws: Aws) -> None:
    caller = create_user(aws.state, "reader", document(LIST_USERS))
    assert refusal(aws, "list_users", caller) is None
    assert refusal(aws, "list_roles", caller) == "AccessDenied"


def test_creating_a_user_again_replaces_its_policy_and_its_keys(aws: Aws) -> None:
    former = create_user(aws.state, "changed", document(LIST_USERS))
    caller = create_user(aws.state, "changed", document(LIST_ROLES))
    assert refusal(aws, "list_roles", caller) is None
    assert refusal(aws, "list_users", caller) == "AccessDenied"
    assert refusal(aws, "list_roles", former) == "InvalidClientTokenId"


def test_a_wrong_secret_is_refused(aws: Aws) -> None:
    caller = create_user(aws.state, "forged", document(LIST_USERS))
    forged = Credentials(access_key_id=caller.access_key_id, secret_access_key="wrong")
    assert refusal(aws, "list_users", forged) == "SignatureDoesNotMatch"
