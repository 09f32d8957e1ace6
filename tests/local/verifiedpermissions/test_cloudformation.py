"""The CloudFormation resources, provisioned without a cloud."""

from typing import Any

import pytest

from remit.local.verifiedpermissions import ServiceError, VerifiedPermissions
from remit.local.verifiedpermissions.cloudformation import PREFIX, REPLACING, resource_handlers
from tests.local.verifiedpermissions.samples import PERMIT, SCHEMA, TEMPLATE
from tests.local.verifiedpermissions.tokens import POOL_ARN

STORE = {"ValidationSettings": {"Mode": "STRICT"}, "Schema": {"CedarJson": SCHEMA}}
Properties = dict[str, Any]


class Stack:
    """Provisions one resource of each logical id, as CloudFormation would."""

    def __init__(self) -> None:
        self._service = VerifiedPermissions()
        self._handlers = resource_handlers(self.call)

    def call(self, operation: str, request: Properties) -> Properties:
        return self._service.call(self._service.account(), operation, request)

    def create(self, kind: str, **properties: Any) -> tuple[str, Properties]:  # noqa: ANN401 - a resource's properties
        made: tuple[str, Properties] = self._handlers[PREFIX + kind]["create"]("Logical", properties, "stack")
        return made

    def update(self, kind: str, physical_id: str, old: Properties, new: Properties) -> tuple[str, Properties]:
        made: tuple[str, Properties] = self._handlers[PREFIX + kind]["update"](physical_id, old, new, "stack")
        return made

    def delete(self, kind: str, physical_id: str) -> None:
        self._handlers[PREFIX + kind]["delete"](physical_id, {})


@pytest.fixture
def stack() -> Stack:
    return Stack()


@pytest.fixture
def store(stack: Stack) -> str:
    return stack.create("PolicyStore", **STORE)[0]


def static(statement: str, store: str, **more: str) -> Properties:
    return {"PolicyStoreId": store, "Definition": {"Static": {"Statement": statement}}, **more}


def test_a_store_comes_with_its_schema_and_tags(stack: Stack) -> None:
    ref, attributes = stack.create("PolicyStore", **STORE, Tags=[{"Key": "stage", "Value": "dev"}])

    assert attributes == {
        "PolicyStoreId": ref,
        "Arn": f"arn:aws:verifiedpermissions::000000000000:policy-store/{ref}",
        "EncryptionState": {"Default": {}},
    }
    assert stack.call("GetSchema", {"policyStoreId": ref})["schema"] == SCHEMA
    assert stack.call("GetPolicyStore", {"policyStoreId": ref, "tags": True})["tags"] == {"stage": "dev"}


def test_a_store_shows_its_key(stack: Stack) -> None:
    key = {"Key": "alias/shop", "EncryptionContext": {"team": "pay"}}

    _, attributes = stack.create("PolicyStore", **STORE, EncryptionSettings={"KmsEncryptionSettings": key})

    assert attributes["EncryptionState"] == {"KmsEncryptionState": key}


def test_a_store_with_a_bad_schema_leaves_nothing_behind(stack: Stack) -> None:
    with pytest.raises(ServiceError):
        stack.create("PolicyStore", ValidationSettings={"Mode": "STRICT"}, Schema={"CedarJson": "{"})

    assert stack.call("ListPolicyStores", {})["policyStores"] == []


def test_a_store_is_updated_in_place(stack: Stack) -> None:
    old = {**STORE, "Description": "old", "Tags": [{"Key": "a", "Value": "1"}], "DeletionProtection": {"Mode": "ENABLED"}}
    store, _ = stack.create("PolicyStore", **old)

    ref, _ = stack.update("PolicyStore", store, old, {"ValidationSettings": {"Mode": "OFF"}, "Tags": [{"Key": "b", "Value": "2"}]})

    found = stack.call("GetPolicyStore", {"policyStoreId": store, "tags": True})
    assert ref == store
    assert (found["validationSettings"], found["description"]) == ({"mode": "OFF"}, "")
    assert (found["deletionProtection"], found["tags"]) == ("DISABLED", {"b": "2"})
    with pytest.raises(ServiceError, match="SCHEMA"):
        stack.call("GetSchema", {"policyStoreId": store})


def test_a_protected_store_stops_the_deletion_of_its_stack(stack: Stack) -> None:
    store, _ = stack.create("PolicyStore", **STORE, DeletionProtection={"Mode": "ENABLED"})

    with pytest.raises(ServiceError, match="deletion protection"):
        stack.delete("PolicyStore", store)


def test_a_policy_is_created_updated_and_deleted(stack: Stack, store: str) -> None:
    old, new = static(PERMIT, store, Name="name/one"), static(PERMIT.replace(";", " when { true };"), store)

    ref, attributes = stack.create("Policy", **old)
    stack.update("Policy", ref, old, new)

    assert (ref, attributes) == (f"{attributes['PolicyId']}|{store}", {"PolicyId": attributes["PolicyId"], "PolicyType": "STATIC"})
    found = stack.call("GetPolicy", {"policyStoreId": store, "policyId": attributes["PolicyId"]})
    assert (found["definition"]["static"]["statement"], "name" in found) == (new["Definition"]["Static"]["Statement"], False)
    stack.delete("Policy", ref)
    stack.delete("Policy", ref)
    assert stack.call("ListPolicies", {"policyStoreId": store})["policies"] == []


def test_a_policy_s_effect_cannot_be_changed_by_an_update(stack: Stack, store: str) -> None:
    ref, _ = stack.create("Policy", **static(PERMIT, store))

    with pytest.raises(ServiceError, match="cannot be changed by an update"):
        stack.update("Policy", ref, static(PERMIT, store), static(PERMIT.replace("permit", "forbid"), store))


def test_a_template_and_a_linked_policy(stack: Stack, store: str) -> None:
    ref, attributes = stack.create("PolicyTemplate", PolicyStoreId=store, Statement=TEMPLATE)
    linked = {
        "PolicyTemplateId": attributes["PolicyTemplateId"],
        "Principal": {"EntityType": "Shop::User", "EntityId": "alice"},
        "Resource": {"EntityType": "Shop::Order", "EntityId": "o-1"},
    }
    _, policy = stack.create("Policy", PolicyStoreId=store, Definition={"TemplateLinked": linked})
    changed = {"PolicyStoreId": store, "Statement": TEMPLATE, "Description": "new"}
    stack.update("PolicyTemplate", ref, {"PolicyStoreId": store, "Statement": TEMPLATE}, changed)

    assert (ref, policy["PolicyType"]) == (f"{store}|{attributes['PolicyTemplateId']}", "TEMPLATE_LINKED")
    (listed,) = stack.call("ListPolicyTemplates", {"policyStoreId": store})["policyTemplates"]
    assert listed["description"] == "new"
    stack.delete("PolicyTemplate", ref)
    assert stack.call("ListPolicies", {"policyStoreId": store})["policies"] == []


def test_an_identity_source_shows_its_details(stack: Stack, store: str) -> None:
    old = {"PolicyStoreId": store, "Configuration": {"CognitoUserPoolConfiguration": {"UserPoolArn": POOL_ARN}}}
    ref, attributes = stack.create("IdentitySource", **old)
    stack.update("IdentitySource", ref, old, {**old, "PrincipalEntityType": "Shop::User"})

    assert ref == f"{attributes['IdentitySourceId']}|{store}"
    assert (attributes["Details.UserPoolArn"], attributes["Details.OpenIdIssuer"]) == (POOL_ARN, "COGNITO")
    (listed,) = stack.call("ListIdentitySources", {"policyStoreId": store})["identitySources"]
    assert listed["principalEntityType"] == "Shop::User"
    stack.delete("IdentitySource", ref)
    assert stack.call("ListIdentitySources", {"policyStoreId": store})["identitySources"] == []


def test_a_deleted_alias_can_be_deployed_again(stack: Stack, store: str) -> None:
    for _ in range(2):
        ref, _ = stack.create("PolicyStoreAlias", AliasName="policy-store-alias/main", PolicyStoreId=store)
        stack.delete("PolicyStoreAlias", ref)

    assert stack.call("ListPolicyStoreAliases", {})["policyStoreAliases"] == []


def test_an_unknown_property_is_refused(stack: Stack, store: str) -> None:
    with pytest.raises(ServiceError, match=r"extraneous key \[Nmae\] is not permitted"):
        stack.create("Policy", **static(PERMIT, store, Nmae="x"))


def test_every_resource_type_says_what_replaces_it() -> None:
    assert set(resource_handlers(Stack().call)) == {PREFIX + kind for kind in REPLACING}
