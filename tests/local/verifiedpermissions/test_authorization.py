"""IsAuthorized and BatchIsAuthorized: typed values, entities, errors and limits."""

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from remit.local.verifiedpermissions import VerifiedPermissions
from remit.local.verifiedpermissions.values import cedar_value
from tests.local.verifiedpermissions.samples import ALICE, BOB, ORDER, PERMIT, REFUND, VIEW, add_policy, question, refused

if TYPE_CHECKING:
    from mypy_boto3_verifiedpermissions import VerifiedPermissionsClient as Client

ALICE_ENTITY = {"uid": {"type": "Shop::User", "id": "alice"}, "attrs": {"limit": 5}, "parents": []}


def decision(client: "Client", store: str, **changes: Any) -> str:  # noqa: ANN401 - any member of the request
    return client.is_authorized(**question(store, **changes))["decision"]


def test_a_permit_is_the_determining_policy_of_an_allow(client: "Client", store: str) -> None:
    policy = add_policy(client, store)

    answer = client.is_authorized(**question(store))

    assert (answer["decision"], answer["determiningPolicies"], answer["errors"]) == ("ALLOW", [{"policyId": policy}], [])


def test_a_forbid_is_the_determining_policy_of_a_deny(client: "Client", store: str) -> None:
    add_policy(client, store)
    forbid = add_policy(client, store, "forbid (principal, action, resource);")

    answer = client.is_authorized(**question(store))

    assert (answer["decision"], answer["determiningPolicies"]) == ("DENY", [{"policyId": forbid}])


def test_action_groups_come_from_the_schema(client: "Client", store: str) -> None:
    add_policy(client, store, 'permit (principal, action in Shop::Action::"anything", resource);')

    assert (decision(client, store), decision(client, store, action=VIEW)) == ("ALLOW", "DENY")


@pytest.mark.parametrize(
    ("typed", "test"),
    [
        ({"boolean": True}, "context.it"),
        ({"long": -7}, "context.it == -7"),
        ({"string": "ü"}, 'context.it == "ü"'),
        ({"set": [{"long": 1}, {"long": 2}]}, "context.it.containsAll([2, 1])"),
        ({"record": {"a": {"record": {"b": {"string": "c"}}}}}, 'context.it.a.b == "c"'),
        ({"entityIdentifier": {"entityType": "Shop::User", "entityId": "x"}}, 'context.it == Shop::User::"x"'),
        ({"ipaddr": "10.0.0.7"}, 'context.it.isInRange(ip("10.0.0.0/24"))'),
        ({"decimal": "1.25"}, 'context.it.lessThan(decimal("1.3"))'),
        ({"datetime": "2026-01-02T03:04:05Z"}, 'context.it < datetime("2026-01-03")'),
        ({"duration": "1h30m"}, 'context.it == duration("90m")'),
    ],
)
def test_every_typed_value_reaches_cedar_as_its_type(client: "Client", loose: str, typed: dict[str, Any], test: str) -> None:
    add_policy(client, loose, f"permit (principal, action, resource) when {{ {test} }};")

    assert decision(client, loose, context={"contextMap": {"it": typed}}) == "ALLOW"


def test_entities_bring_attributes_parents_and_tags(client: "Client", loose: str) -> None:
    add_policy(
        client,
        loose,
        'permit (principal in Shop::Group::"g", action, resource) when { principal.limit > 4 && principal.getTag("t") == "v" };',
    )
    group = {"entityType": "Shop::Group", "entityId": "g"}
    entity = {"identifier": ALICE, "attributes": {"limit": {"long": 5}}, "parents": [group], "tags": {"t": {"string": "v"}}}

    assert decision(client, loose, entities={"entityList": [entity]}) == "ALLOW"


def test_of_two_entities_with_one_identifier_the_last_counts(client: "Client", loose: str) -> None:
    add_policy(client, loose, "permit (principal, action, resource) when { principal.limit == 2 };")
    entities = [{"identifier": ALICE, "attributes": {"limit": {"long": limit}}} for limit in (1, 2)]

    assert decision(client, loose, entities={"entityList": entities}) == "ALLOW"


def test_cedar_json_says_the_same(client: "Client", store: str) -> None:
    add_policy(client, store, "permit (principal, action, resource) when { principal has limit && principal.limit == 5 };")

    assert decision(client, store, entities={"cedarJson": json.dumps([ALICE_ENTITY])}, context={"cedarJson": "{}"}) == "ALLOW"


def test_a_failing_policy_is_reported_and_does_not_permit(client: "Client", loose: str) -> None:
    policy = add_policy(client, loose, "permit (principal, action, resource) when { principal.limit > 4 };")

    answer = client.is_authorized(**question(loose))

    assert (answer["decision"], answer["determiningPolicies"]) == ("DENY", [])
    assert policy in answer["errors"][0]["errorDescription"]


def test_a_failing_forbid_forbids_nothing_but_is_reported(client: "Client", loose: str) -> None:
    permit, forbid = add_policy(client, loose), add_policy(client, loose, "forbid (principal, action, resource) when { principal.banned };")

    answer = client.is_authorized(**question(loose))

    assert (answer["decision"], answer["determiningPolicies"]) == ("ALLOW", [{"policyId": permit}])
    assert forbid in answer["errors"][0]["errorDescription"]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"action": {"actionType": "Shop::Action", "actionId": "fly"}}, "does not exist in the supplied schema"),
        ({"principal": ORDER}, "principal type `Shop::Order` is not valid"),
        ({"context": {"contextMap": {"reason": {"long": 1}}}}, "context"),
        (
            {"entities": {"entityList": [{"identifier": ALICE, "attributes": {"nmae": {"long": 1}}}]}},
            "should not exist according to the schema",
        ),
    ],
)
def test_a_request_against_the_schema_is_denied_with_errors(client: "Client", store: str, changes: dict[str, Any], why: str) -> None:
    add_policy(client, store)

    answer = client.is_authorized(**question(store, **changes))

    assert (answer["decision"], answer["determiningPolicies"]) == ("DENY", [])
    assert why in answer["errors"][0]["errorDescription"]


@pytest.mark.parametrize(
    "changes",
    [
        {"context": {"cedarJson": "{"}},
        {"context": {"cedarJson": "[]"}},
        {"context": {"contextMap": {"it": {"ipaddr": "999.1.1.1"}}}},
        {"entities": {"cedarJson": "{}"}},
        {"entities": {"cedarJson": '[{"uid": 1}]'}},
        {"entities": {"cedarJson": '[{"uid": {"type": "Shop::Action", "id": "refund"}, "attrs": {}, "parents": []}]'}},
        {"principal": {"entityType": "not a type", "entityId": "x"}},
    ],
)
def test_a_request_that_cannot_be_read_is_refused(client: "Client", loose: str, changes: dict[str, Any]) -> None:
    add_policy(client, loose)

    with pytest.raises(ClientError) as error:
        decision(client, loose, **changes)
    assert refused(error)


@pytest.mark.parametrize("part", ["principal", "action", "resource"])
def test_a_request_names_principal_action_and_resource(client: "Client", loose: str, part: str) -> None:
    asked: Any = question(loose)
    del asked[part]

    with pytest.raises(ClientError) as error:
        client.is_authorized(**asked)
    assert refused(error) == f"The request has no {part}"


def test_too_many_transitive_parents_are_refused(client: "Client", loose: str) -> None:
    groups = [{"type": "Shop::Group", "id": str(number)} for number in range(100)]
    chain = [{"uid": uid, "attrs": {}, "parents": groups[number + 1 : number + 2]} for number, uid in enumerate(groups)]
    allowed, crowded = ({**ALICE_ENTITY, "parents": [groups[first]]} for first in (1, 0))

    assert decision(client, loose, entities={"cedarJson": json.dumps([allowed, *chain])}) == "DENY"
    with pytest.raises(ClientError) as error:
        decision(client, loose, entities={"cedarJson": json.dumps([crowded, *chain])})
    assert "transitive parents" in refused(error)


def item(principal: object = ALICE, resource: object = ORDER) -> Any:  # noqa: ANN401 - one request of a batch
    return {"principal": principal, "action": REFUND, "resource": resource}


def test_a_batch_answers_each_request_in_order(client: "Client", store: str) -> None:
    add_policy(client, store, PERMIT.replace("principal,", 'principal == Shop::User::"alice",'))

    results = client.batch_is_authorized(policyStoreId=store, requests=[item(ALICE), item(BOB)])["results"]

    assert [result["decision"] for result in results] == ["ALLOW", "DENY"]
    assert [result["request"] for result in results] == [item(ALICE), item(BOB)]


def test_a_batch_shares_its_principal_or_its_resource(client: "Client", loose: str) -> None:
    other = {"entityType": "Shop::Order", "entityId": "o-2"}

    with pytest.raises(ClientError) as error:
        client.batch_is_authorized(policyStoreId=loose, requests=[item(ALICE, ORDER), item(BOB, other)])
    assert "same principal or the same resource" in refused(error)


def test_a_batch_has_at_most_thirty_requests_and_a_hundred_principals(client: "Client", loose: str) -> None:
    assert len(client.batch_is_authorized(policyStoreId=loose, requests=[item()] * 30)["results"]) == 30
    with pytest.raises(ClientError) as error:
        client.batch_is_authorized(policyStoreId=loose, requests=[item()] * 31)
    assert refused(error) == "A batch has at most 30 requests"
    crowd: Any = [{"identifier": {"entityType": "Shop::User", "entityId": str(number)}} for number in range(101)]
    with pytest.raises(ClientError) as error:
        client.batch_is_authorized(policyStoreId=loose, requests=[item()], entities={"entityList": crowd})
    assert refused(error) == "A batch has at most 100 principal entities"


def test_policies_are_parsed_once_until_the_store_changes(service: VerifiedPermissions, client: "Client", store: str) -> None:
    add_policy(client, store)
    held = service.account().stores[store]
    engine = held.engine

    decision(client, store)
    assert held.engine is engine
    add_policy(client, store)
    assert held.engine is not engine


TYPED = st.recursive(
    st.booleans().map(lambda value: {"boolean": value})
    | st.integers(-(2**63), 2**63 - 1).map(lambda value: {"long": value})
    | st.text().map(lambda value: {"string": value}),
    lambda inner: (
        st.lists(inner).map(lambda members: {"set": members})
        | st.dictionaries(st.text().filter(lambda key: not key.startswith("__")), inner).map(lambda members: {"record": members})
    ),
)


@given(typed=TYPED)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_typed_value_equals_itself_in_cedar_json(client: "Client", loose: str, typed: dict[str, Any]) -> None:
    typed_answer = client.is_authorized(**question(loose, context={"contextMap": {"it": typed}}))
    plain_answer = client.is_authorized(**question(loose, context={"cedarJson": json.dumps({"it": cedar_value(typed)})}))

    assert (typed_answer["decision"], typed_answer["errors"]) == (plain_answer["decision"], plain_answer["errors"]) == ("DENY", [])
