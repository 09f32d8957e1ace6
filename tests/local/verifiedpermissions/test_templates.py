"""Policy templates, and the policies linked to them."""

from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from tests.local.verifiedpermissions.samples import ALICE, BOB, ORDER, PERMIT, TEMPLATE, add_template, link, question, refused

if TYPE_CHECKING:
    from mypy_boto3_verifiedpermissions import VerifiedPermissionsClient as Client


def test_a_template_alone_allows_nothing(client: "Client", store: str) -> None:
    add_template(client, store)

    assert client.is_authorized(**question(store))["decision"] == "DENY"


def test_a_linked_policy_decides_under_its_own_id(client: "Client", store: str) -> None:
    linked = link(client, store, add_template(client, store), principal=ALICE, resource=ORDER)

    alice, bob = client.is_authorized(**question(store)), client.is_authorized(**question(store, principal=BOB))

    assert (alice["decision"], alice["determiningPolicies"]) == ("ALLOW", [{"policyId": linked}])
    assert (bob["decision"], bob["determiningPolicies"]) == ("DENY", [])


def test_a_linked_policy_is_described_by_its_link(client: "Client", store: str) -> None:
    template = add_template(client, store)
    linked = link(client, store, template, principal=ALICE, resource=ORDER)

    found = client.get_policy(policyStoreId=store, policyId=linked)

    assert (found["policyType"], found["effect"], found["principal"], found["resource"]) == ("TEMPLATE_LINKED", "Permit", ALICE, ORDER)
    assert found["definition"] == {"templateLinked": {"policyTemplateId": template, "principal": ALICE, "resource": ORDER}}


def test_a_link_fills_exactly_the_slots_and_must_validate(client: "Client", store: str) -> None:
    template = add_template(client, store)

    with pytest.raises(ClientError) as error:
        link(client, store, template, principal=ALICE)
    assert "takes exactly: principal and resource" in refused(error)
    with pytest.raises(ClientError) as error:
        link(client, store, template, principal={"entityType": "Shop::Robot", "entityId": "r"}, resource=ORDER)
    assert "unrecognized entity type `Shop::Robot`" in refused(error)


def test_a_template_s_change_shows_in_its_policies_at_once(client: "Client", store: str) -> None:
    template = add_template(client, store)
    linked = link(client, store, template, principal=ALICE, resource=ORDER)

    client.update_policy_template(policyStoreId=store, policyTemplateId=template, statement=TEMPLATE.replace(";", " when { false };"))

    assert client.is_authorized(**question(store))["decision"] == "DENY"
    assert client.get_policy(policyStoreId=store, policyId=linked)["policyType"] == "TEMPLATE_LINKED"


def test_a_linked_policy_is_not_changed_by_itself(client: "Client", store: str) -> None:
    linked = link(client, store, add_template(client, store), principal=ALICE, resource=ORDER)

    with pytest.raises(ClientError) as error:
        client.update_policy(policyStoreId=store, policyId=linked, definition={"static": {"statement": PERMIT}})
    assert refused(error) == "A template-linked policy is changed through its policy template"


def test_deleting_a_template_deletes_its_policies(client: "Client", store: str) -> None:
    template = add_template(client, store)
    link(client, store, template, principal=ALICE, resource=ORDER)

    client.delete_policy_template(policyStoreId=store, policyTemplateId=template)

    assert client.list_policies(policyStoreId=store)["policies"] == []
    assert client.list_policy_templates(policyStoreId=store)["policyTemplates"] == []


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        (PERMIT, "got a static policy"),
        ("permit (principal == ?principal, action, resource);", "must constrain both the principal and the resource"),
        (TEMPLATE.replace("refund", "fly"), 'unrecognized action `Shop::Action::"fly"`'),
    ],
)
def test_a_statement_that_is_no_usable_template_is_refused(client: "Client", store: str, statement: str, why: str) -> None:
    with pytest.raises(ClientError) as error:
        add_template(client, store, statement)
    assert why in refused(error)


def test_an_in_and_an_is_slot_are_filled_too(client: "Client", store: str) -> None:
    statement = 'permit (principal is Shop::User in ?principal, action == Shop::Action::"refund", resource == Shop::Order::"o-1");'
    group = {"entityType": "Shop::Group", "entityId": "clerks"}
    link(client, store, add_template(client, store, statement), principal=group)
    entities = {"entityList": [{"identifier": ALICE, "parents": [group]}]}

    assert client.is_authorized(**question(store, entities=entities))["decision"] == "ALLOW"
    assert client.is_authorized(**question(store))["decision"] == "DENY"


def test_templates_have_names_and_descriptions(client: "Client", store: str) -> None:
    made = client.create_policy_template(policyStoreId=store, statement=TEMPLATE, name="name/t", description="d")["policyTemplateId"]
    client.update_policy_template(policyStoreId=store, policyTemplateId="name/t", statement=TEMPLATE, name="")

    found = client.get_policy_template(policyStoreId=store, policyTemplateId=made)

    assert (found["statement"], found["description"], "name" in found) == (TEMPLATE, "d", False)
    with pytest.raises(ClientError) as error:
        client.get_policy_template(policyStoreId=store, policyTemplateId="name/t")
    assert refused(error, "ResourceNotFoundException")


def test_a_store_has_at_most_forty_templates(client: "Client", loose: str) -> None:
    for _ in range(40):
        add_template(client, loose)

    with pytest.raises(ClientError) as error:
        add_template(client, loose)
    assert refused(error, "ServiceQuotaExceededException")
