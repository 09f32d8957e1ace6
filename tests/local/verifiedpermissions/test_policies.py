"""Schemas, static policies, templates and the policies linked to them."""

from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from tests.local.verifiedpermissions.samples import (
    ALICE,
    BOB,
    ORDER,
    PERMIT,
    REFUND,
    SCHEMA,
    TEMPLATE,
    VIEW,
    add_policy,
    add_template,
    link,
    question,
    refused,
)

if TYPE_CHECKING:
    from mypy_boto3_verifiedpermissions import VerifiedPermissionsClient as Client

FORBID_BOB = 'forbid (principal == Shop::User::"bob", action, resource);'


def test_a_schema_is_given_back_with_its_namespaces(client: "Client", store: str) -> None:
    found = client.get_schema(policyStoreId=store)

    assert (found["schema"], found["namespaces"]) == (SCHEMA, ["Shop"])


def test_an_empty_schema_removes_the_schema(client: "Client", store: str) -> None:
    client.put_schema(policyStoreId=store, definition={"cedarJson": "{}"})

    with pytest.raises(ClientError) as error:
        client.get_schema(policyStoreId=store)
    assert refused(error, "ResourceNotFoundException") == f"SCHEMA {store} does not exist"


@pytest.mark.parametrize(
    ("schema", "why"),
    [
        ("{", "Expecting property name"),
        ("[]", "expected a JSON object"),
        ('{"N": {}}', "missing field `entityTypes`"),
        ('{"aws": {"entityTypes": {}, "actions": {}}}', "the namespace aws is reserved"),
    ],
)
def test_a_schema_that_cannot_be_used_is_refused(client: "Client", store: str, schema: str, why: str) -> None:
    with pytest.raises(ClientError) as error:
        client.put_schema(policyStoreId=store, definition={"cedarJson": schema})

    assert why in refused(error)
    assert client.get_schema(policyStoreId=store)["schema"] == SCHEMA


def test_sizes_are_limited(client: "Client", loose: str) -> None:
    with pytest.raises(ClientError) as error:
        client.put_schema(policyStoreId=loose, definition={"cedarJson": " " * 100_001})
    assert refused(error, "ServiceQuotaExceededException") == "A schema has at most 100000 bytes"
    with pytest.raises(ClientError) as error:
        add_policy(client, loose, PERMIT + " " * 10_000)
    assert refused(error, "ServiceQuotaExceededException") == "A policy has at most 10000 bytes"


def test_the_policies_of_one_resource_are_limited_together(client: "Client", loose: str) -> None:
    for _ in range(20):
        add_policy(client, loose, PERMIT.ljust(9_990))

    with pytest.raises(ClientError) as error:
        add_policy(client, loose, PERMIT.ljust(500))
    assert refused(error, "ServiceQuotaExceededException") == "The policies of one resource have at most 200000 bytes"
    add_policy(client, loose, 'permit (principal, action, resource == Shop::Order::"o-1");')


def test_a_static_policy_is_described_by_its_scope(client: "Client", store: str) -> None:
    statement = (
        'forbid (principal in Shop::Group::"g", action in [Shop::Action::"refund", Shop::Action::"view"], resource == Shop::Order::"o-1");'
    )
    made = client.create_policy(policyStoreId=store, name="name/one", definition={"static": {"statement": statement, "description": "d"}})

    found = client.get_policy(policyStoreId=store, policyId="name/one")

    assert (found["policyId"], found["policyType"], found["effect"]) == (made["policyId"], "STATIC", "Forbid")
    assert (found["principal"], found["resource"]) == ({"entityType": "Shop::Group", "entityId": "g"}, ORDER)
    assert (found["actions"], found["definition"]) == ([REFUND, VIEW], {"static": {"statement": statement, "description": "d"}})


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("permit (principal", "unexpected end of input"),
        (PERMIT + PERMIT, "expected exactly one policy, found 2"),
        ("// nothing", "expected exactly one policy, found 0"),
        (TEMPLATE, "expected a static policy, got a template"),
        ('permit (principal, action == Shop::Action::"fly", resource);', 'unrecognized action `Shop::Action::"fly"`'),
        ("permit (principal, action, resource) when { principal.nmae == 1 };", "attribute `nmae` on entity type"),
    ],
)
def test_a_strict_store_refuses_a_policy_in_cedar_s_words(client: "Client", store: str, statement: str, why: str) -> None:
    with pytest.raises(ClientError) as error:
        add_policy(client, store, statement)

    assert why in refused(error)
    assert client.list_policies(policyStoreId=store)["policies"] == []


def test_a_strict_store_without_a_schema_takes_no_policy(client: "Client") -> None:
    bare = client.create_policy_store(validationSettings={"mode": "STRICT"})["policyStoreId"]

    with pytest.raises(ClientError) as error:
        add_policy(client, bare)
    assert refused(error) == "Policy validation failed: No schema present - automatically failing all validation"


def test_a_new_schema_does_not_judge_old_policies(client: "Client", store: str) -> None:
    kept = add_policy(client, store)

    client.put_schema(policyStoreId=store, definition={"cedarJson": '{"Other": {"entityTypes": {"Thing": {}}, "actions": {}}}'})

    assert client.get_policy(policyStoreId=store, policyId=kept)["definition"]["static"]["statement"] == PERMIT


def test_a_name_is_unique_in_its_store(client: "Client", loose: str) -> None:
    client.create_policy(policyStoreId=loose, name="name/one", definition={"static": {"statement": PERMIT}})

    with pytest.raises(ClientError) as error:
        client.create_policy(policyStoreId=loose, name="name/one", definition={"static": {"statement": PERMIT}})
    assert refused(error, "ConflictException")
    with pytest.raises(ClientError) as error:
        client.create_policy(policyStoreId=loose, name="one", definition={"static": {"statement": PERMIT}})
    assert refused(error) == "A name must begin with name/"


def test_an_update_changes_conditions_and_action_but_not_the_head(client: "Client", store: str) -> None:
    policy = add_policy(client, store)
    changed = 'permit (principal, action in [Shop::Action::"refund"], resource) when { context has reason };'

    client.update_policy(policyStoreId=store, policyId=policy, definition={"static": {"statement": changed}})

    assert client.get_policy(policyStoreId=store, policyId=policy)["definition"]["static"]["statement"] == changed
    with pytest.raises(ClientError) as error:
        client.update_policy(policyStoreId=store, policyId=policy, definition={"static": {"statement": FORBID_BOB}})
    assert "cannot be changed by an update" in refused(error)


def test_a_name_can_be_given_and_taken_away_alone(client: "Client", loose: str) -> None:
    policy = add_policy(client, loose)
    client.update_policy(policyStoreId=loose, policyId=policy, name="name/new")
    assert client.get_policy(policyStoreId=loose, policyId="name/new")["policyId"] == policy

    client.update_policy(policyStoreId=loose, policyId=policy, name="")
    assert "name" not in client.get_policy(policyStoreId=loose, policyId=policy)


def test_deleting_a_policy_twice_is_no_error(client: "Client", loose: str) -> None:
    policy = add_policy(client, loose)
    client.delete_policy(policyStoreId=loose, policyId=policy)
    client.delete_policy(policyStoreId=loose, policyId=policy)

    assert client.is_authorized(**question(loose))["decision"] == "DENY"


def test_a_batch_answers_for_each_policy_apart(client: "Client", loose: str) -> None:
    policy = add_policy(client, loose)
    pairs = [(loose, policy), (loose, "none"), ("none", policy), ("policy-store-alias/none", policy)]

    found = client.batch_get_policy(requests=[{"policyStoreId": store, "policyId": one} for store, one in pairs])

    assert [result["policyId"] for result in found["results"]] == [policy]
    assert [error["code"] for error in found["errors"]] == ["POLICY_NOT_FOUND", "POLICY_STORE_NOT_FOUND", "POLICY_STORE_ALIAS_NOT_FOUND"]


def test_policies_are_listed_by_what_they_refer_to(client: "Client", store: str) -> None:
    template = add_template(client, store)
    everyone, bob, linked = (
        add_policy(client, store),
        add_policy(client, store, FORBID_BOB),
        link(client, store, template, principal=ALICE, resource=ORDER),
    )

    def found(**wanted: object) -> set[str]:
        listed = client.list_policies(policyStoreId=store, filter=wanted)  # type: ignore[arg-type]
        return {policy["policyId"] for policy in listed["policies"]}

    assert found(policyType="STATIC") == {everyone, bob}
    assert found(policyTemplateId=template) == {linked}
    assert found(principal={"identifier": BOB}) == {bob}
    assert found(principal={"unspecified": True}) == {everyone}
    assert found(principal={"identifier": ALICE}, resource={"identifier": ORDER}) == {linked}
    assert found(resource={"unspecified": True}, policyType="TEMPLATE_LINKED") == set()
