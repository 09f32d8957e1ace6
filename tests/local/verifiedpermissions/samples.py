"""A shop: what the tests decide about."""

import json
from typing import TYPE_CHECKING, Any, cast

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_verifiedpermissions import VerifiedPermissionsClient
    from mypy_boto3_verifiedpermissions.type_defs import ActionIdentifierTypeDef, EntityIdentifierTypeDef, IsAuthorizedInputTypeDef

_CONTEXT = {
    "type": "Record",
    "attributes": {"reason": {"type": "String", "required": False}, "token": {"type": "Token", "required": False}},
}

SCHEMA = json.dumps(
    {
        "Shop": {
            "commonTypes": {
                "Token": {
                    "type": "Record",
                    "attributes": {
                        "scope": {"type": "Set", "element": {"type": "String"}, "required": False},
                        "client_id": {"type": "String", "required": False},
                    },
                }
            },
            "entityTypes": {
                "Group": {},
                "User": {
                    "memberOfTypes": ["Group"],
                    "shape": {
                        "type": "Record",
                        "attributes": {
                            "limit": {"type": "Long", "required": False},
                            "email_verified": {"type": "Boolean", "required": False},
                        },
                    },
                },
                "Order": {"shape": {"type": "Record", "attributes": {"total": {"type": "Long"}}}},
            },
            "actions": {
                "anything": {},
                "refund": {
                    "memberOf": [{"id": "anything"}],
                    "appliesTo": {"principalTypes": ["User"], "resourceTypes": ["Order"], "context": _CONTEXT},
                },
                "view": {"appliesTo": {"principalTypes": ["User"], "resourceTypes": ["Order"]}},
            },
        }
    }
)

PERMIT = 'permit (principal, action == Shop::Action::"refund", resource);'
TEMPLATE = 'permit (principal == ?principal, action == Shop::Action::"refund", resource == ?resource);'

ALICE: "EntityIdentifierTypeDef" = {"entityType": "Shop::User", "entityId": "alice"}
BOB: "EntityIdentifierTypeDef" = {"entityType": "Shop::User", "entityId": "bob"}
ORDER: "EntityIdentifierTypeDef" = {"entityType": "Shop::Order", "entityId": "o-1"}
REFUND: "ActionIdentifierTypeDef" = {"actionType": "Shop::Action", "actionId": "refund"}
VIEW: "ActionIdentifierTypeDef" = {"actionType": "Shop::Action", "actionId": "view"}


def question(store: str, **changes: Any) -> "IsAuthorizedInputTypeDef":  # noqa: ANN401 - any member of the request
    """May Alice refund the order?"""
    asked = {"policyStoreId": store, "principal": ALICE, "action": REFUND, "resource": ORDER, **changes}
    return cast("IsAuthorizedInputTypeDef", asked)


def refused(error: pytest.ExceptionInfo[ClientError], code: str = "ValidationException") -> str:
    """The message of an error of this code."""
    assert error.value.response["Error"]["Code"] == code
    return error.value.response["Error"]["Message"]


def add_template(client: "VerifiedPermissionsClient", store: str, statement: str = TEMPLATE) -> str:
    """The id of a new policy template."""
    return client.create_policy_template(policyStoreId=store, statement=statement)["policyTemplateId"]


def link(client: "VerifiedPermissionsClient", store: str, template: str, **values: Any) -> str:  # noqa: ANN401 - the slots
    """The id of a new policy that fills the template's slots."""
    definition: Any = {"templateLinked": {"policyTemplateId": template, **values}}
    return client.create_policy(policyStoreId=store, definition=definition)["policyId"]


def add_policy(client: "VerifiedPermissionsClient", store: str, statement: str = PERMIT) -> str:
    """The id of a new static policy."""
    return client.create_policy(policyStoreId=store, definition={"static": {"statement": statement}})["policyId"]
