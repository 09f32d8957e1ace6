"""Policy stores, aliases, tags, and how listings turn pages."""

from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from tests.local.verifiedpermissions.conftest import MovableClock
from tests.local.verifiedpermissions.samples import PERMIT, add_policy, refused

if TYPE_CHECKING:
    from mypy_boto3_verifiedpermissions import VerifiedPermissionsClient as Client

ALIAS = "policy-store-alias/main"


def test_a_new_store_is_described_as_it_was_asked_for(client: "Client") -> None:
    made = client.create_policy_store(validationSettings={"mode": "STRICT"}, description="refunds", tags={"stage": "dev"})

    found = client.get_policy_store(policyStoreId=made["policyStoreId"], tags=True)

    assert found["arn"] == f"arn:aws:verifiedpermissions::000000000000:policy-store/{made['policyStoreId']}"
    assert found["validationSettings"] == {"mode": "STRICT"}
    assert (found["description"], found["deletionProtection"], found["cedarVersion"]) == ("refunds", "DISABLED", "CEDAR_4")
    assert (found["tags"], found["encryptionState"]) == ({"stage": "dev"}, {"default": {}})


def test_tags_are_shown_only_when_asked_for(client: "Client") -> None:
    made = client.create_policy_store(validationSettings={"mode": "OFF"}, tags={"stage": "dev"})

    assert "tags" not in client.get_policy_store(policyStoreId=made["policyStoreId"])


def test_an_update_leaves_what_it_does_not_name(client: "Client") -> None:
    made = client.create_policy_store(validationSettings={"mode": "OFF"}, description="kept", deletionProtection="ENABLED")

    client.update_policy_store(policyStoreId=made["policyStoreId"], validationSettings={"mode": "STRICT"})

    found = client.get_policy_store(policyStoreId=made["policyStoreId"])
    assert (found["validationSettings"]["mode"], found["description"], found["deletionProtection"]) == ("STRICT", "kept", "ENABLED")


def test_a_protected_store_is_not_deleted(client: "Client") -> None:
    made = client.create_policy_store(validationSettings={"mode": "OFF"}, deletionProtection="ENABLED")["policyStoreId"]

    with pytest.raises(ClientError) as error:
        client.delete_policy_store(policyStoreId=made)

    assert refused(error, "InvalidStateException")
    client.get_policy_store(policyStoreId=made)


def test_deleting_a_store_twice_is_no_error_and_takes_its_aliases_along(client: "Client", loose: str) -> None:
    client.create_policy_store_alias(aliasName=ALIAS, policyStoreId=loose)

    client.delete_policy_store(policyStoreId=loose)
    client.delete_policy_store(policyStoreId=loose)

    assert client.list_policy_stores()["policyStores"] == []
    assert client.list_policy_store_aliases()["policyStoreAliases"] == []


def test_a_missing_store_is_named_in_the_error(client: "Client") -> None:
    with pytest.raises(ClientError) as error:
        client.get_policy_store(policyStoreId="missing")

    assert error.value.response["Error"]["Code"] == "ResourceNotFoundException"
    assert {name: error.value.response.get(name) for name in ("resourceId", "resourceType")} == {
        "resourceId": "missing",
        "resourceType": "POLICY_STORE",
    }


def test_a_client_token_makes_a_request_happen_once(client: "Client") -> None:
    first = client.create_policy_store(validationSettings={"mode": "OFF"}, clientToken="one")
    again = client.create_policy_store(validationSettings={"mode": "OFF"}, clientToken="one")

    assert again["policyStoreId"] == first["policyStoreId"]
    with pytest.raises(ClientError) as error:
        client.create_policy_store(validationSettings={"mode": "STRICT"}, clientToken="one")
    assert refused(error, "ConflictException")


def test_a_client_token_is_forgotten_after_eight_hours(client: "Client", clock: MovableClock) -> None:
    first = client.create_policy_store(validationSettings={"mode": "OFF"}, clientToken="one")
    clock.move(hours=8)

    assert client.create_policy_store(validationSettings={"mode": "OFF"}, clientToken="one")["policyStoreId"] != first["policyStoreId"]


def test_an_alias_stands_for_its_store(client: "Client", loose: str) -> None:
    made = client.create_policy_store_alias(aliasName=ALIAS, policyStoreId=loose)

    assert made["aliasArn"] == "arn:aws:verifiedpermissions:us-east-1:000000000000:policy-store-alias/main"
    assert client.get_policy_store(policyStoreId=ALIAS)["policyStoreId"] == loose
    assert client.get_policy_store_alias(aliasName=ALIAS)["state"] == "Active"


def test_an_alias_is_made_once_and_never_moved(client: "Client", loose: str, store: str) -> None:
    client.create_policy_store_alias(aliasName=ALIAS, policyStoreId=loose)
    client.create_policy_store_alias(aliasName=ALIAS, policyStoreId=loose)

    with pytest.raises(ClientError) as error:
        client.create_policy_store_alias(aliasName=ALIAS, policyStoreId=store)
    assert refused(error, "ConflictException")


def test_a_deleted_alias_holds_its_name_for_a_day(client: "Client", loose: str, clock: MovableClock) -> None:
    client.create_policy_store_alias(aliasName=ALIAS, policyStoreId=loose)
    client.delete_policy_store_alias(aliasName=ALIAS)

    assert client.get_policy_store_alias(aliasName=ALIAS)["state"] == "PendingDeletion"
    with pytest.raises(ClientError) as error:
        client.get_policy_store(policyStoreId=ALIAS)
    assert refused(error, "ResourceNotFoundException")
    clock.move(hours=24)
    client.create_policy_store_alias(aliasName=ALIAS, policyStoreId=loose)


def test_a_hard_deleted_alias_frees_its_name_at_once(client: "Client", loose: str, store: str) -> None:
    client.create_policy_store_alias(aliasName=ALIAS, policyStoreId=loose)
    client.delete_policy_store_alias(aliasName=ALIAS, deletionMode="HardDelete")

    assert client.create_policy_store_alias(aliasName=ALIAS, policyStoreId=store)["policyStoreId"] == store


def test_a_store_has_at_most_ten_aliases(client: "Client", loose: str) -> None:
    for number in range(10):
        client.create_policy_store_alias(aliasName=f"{ALIAS}-{number}", policyStoreId=loose)

    with pytest.raises(ClientError) as error:
        client.create_policy_store_alias(aliasName=ALIAS, policyStoreId=loose)
    assert refused(error, "ServiceQuotaExceededException")


def test_tags_are_added_replaced_and_removed(client: "Client", loose: str) -> None:
    arn = client.get_policy_store(policyStoreId=loose)["arn"]
    client.tag_resource(resourceArn=arn, tags={"stage": "dev", "team": "pay"})
    client.tag_resource(resourceArn=arn, tags={"stage": "prod"})
    client.untag_resource(resourceArn=arn, tagKeys=["team"])

    assert client.list_tags_for_resource(resourceArn=arn)["tags"] == {"stage": "prod"}


def test_a_store_has_at_most_fifty_tags(client: "Client", loose: str) -> None:
    arn = client.get_policy_store(policyStoreId=loose)["arn"]

    with pytest.raises(ClientError) as error:
        client.tag_resource(resourceArn=arn, tags={f"tag-{number}": "" for number in range(51)})

    assert error.value.response["Error"]["Code"] == "TooManyTagsException"
    assert client.list_tags_for_resource(resourceArn=arn)["tags"] == {}


def test_pages_together_hold_everything_once(client: "Client", store: str) -> None:
    made = {add_policy(client, store, PERMIT) for _ in range(25)}

    pages = list(client.get_paginator("list_policies").paginate(policyStoreId=store))

    assert [len(page["policies"]) for page in pages] == [10, 10, 5]
    assert {policy["policyId"] for page in pages for policy in page["policies"]} == made


@pytest.mark.parametrize("asked", [{"nextToken": "bm90IGEgdG9rZW4="}, {"maxResults": 51}])
def test_a_listing_refuses_a_foreign_token_and_too_large_a_page(client: "Client", asked: dict[str, object]) -> None:
    with pytest.raises(ClientError) as error:
        client.list_policy_stores(**asked)  # type: ignore[arg-type]

    assert refused(error, "ValidationException")
