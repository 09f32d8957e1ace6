"""Identity sources, and requests whose principal is a token's."""

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.local.verifiedpermissions.conftest import MovableClock
from tests.local.verifiedpermissions.samples import ORDER, PERMIT, REFUND, VIEW, add_policy, refused
from tests.local.verifiedpermissions.tokens import COGNITO, OIDC, POOL, POOL_ARN, Issuer

if TYPE_CHECKING:
    from mypy_boto3_verifiedpermissions import VerifiedPermissionsClient as Client

GROUPS = {"groupEntityType": "Shop::Group"}
USER_POOL: Any = {"cognitoUserPoolConfiguration": {"userPoolArn": POOL_ARN, "clientIds": ["web"], "groupConfiguration": GROUPS}}


@pytest.fixture
def pooled(client: "Client", store: str) -> str:
    """The store, with a user pool as its identity source."""
    client.create_identity_source(policyStoreId=store, configuration=USER_POOL, principalEntityType="Shop::User")
    return store


@pytest.fixture
def claims(clock: MovableClock) -> dict[str, Any]:
    """Of a user pool's ID token for Ann."""
    return {"iss": COGNITO, "sub": "ann", "aud": "web", "token_use": "id", "exp": clock().timestamp() + 60, "email_verified": True}


@pytest.fixture
def access_claims(claims: dict[str, Any]) -> dict[str, Any]:
    """Of a user pool's access token for Ann."""
    return {**claims, "token_use": "access", "client_id": "web", "aud": "ignored", "scope": "orders/read orders/refund"}


def ask(client: "Client", store: str, **request: Any) -> Any:  # noqa: ANN401 - a request and its response
    return client.is_authorized_with_token(**{"policyStoreId": store, "action": REFUND, "resource": ORDER, **request})


def test_a_user_pool_is_described_with_its_issuer(client: "Client", pooled: str) -> None:
    (listed,) = client.list_identity_sources(policyStoreId=pooled)["identitySources"]
    found = client.get_identity_source(policyStoreId=pooled, identitySourceId=listed["identitySourceId"])

    assert found["configuration"] == {"cognitoUserPoolConfiguration": {**USER_POOL["cognitoUserPoolConfiguration"], "issuer": COGNITO}}
    assert found["details"]["discoveryUrl"] == f"{COGNITO}/.well-known/openid-configuration"
    assert found["principalEntityType"] == "Shop::User"


def test_a_store_has_one_identity_source_which_can_be_changed_and_deleted(client: "Client", pooled: str) -> None:
    with pytest.raises(ClientError) as error:
        client.create_identity_source(policyStoreId=pooled, configuration=USER_POOL)
    assert refused(error, "ServiceQuotaExceededException")
    (source,) = client.list_identity_sources(policyStoreId=pooled)["identitySources"]
    named: Any = {"policyStoreId": pooled, "identitySourceId": source["identitySourceId"]}

    client.update_identity_source(**named, updateConfiguration=USER_POOL, principalEntityType="Shop::Clerk")
    assert client.list_identity_sources(policyStoreId=pooled, filters=[{"principalEntityType": "Shop::User"}])["identitySources"] == []

    client.delete_identity_source(**named)
    assert client.list_identity_sources(policyStoreId=pooled)["identitySources"] == []


def test_an_id_token_makes_the_principal_with_its_attributes(client: "Client", pooled: str, issuer: Issuer, claims: dict[str, Any]) -> None:
    policy = add_policy(
        client, pooled, f'permit (principal == Shop::User::"{POOL}|ann", action, resource) when {{ principal has email_verified }};'
    )

    answer = ask(client, pooled, identityToken=issuer.token(claims))

    assert answer["principal"] == {"entityType": "Shop::User", "entityId": f"{POOL}|ann"}
    assert (answer["decision"], answer["determiningPolicies"], answer["errors"]) == ("ALLOW", [{"policyId": policy}], [])


def test_groups_of_the_token_are_the_principal_s_parents(client: "Client", pooled: str, issuer: Issuer, claims: dict[str, Any]) -> None:
    add_policy(client, pooled, f'permit (principal in Shop::Group::"{POOL}|clerks", action, resource);')

    assert ask(client, pooled, identityToken=issuer.token({**claims, "cognito:groups": ["clerks"]}))["decision"] == "ALLOW"
    assert ask(client, pooled, identityToken=issuer.token(claims))["decision"] == "DENY"


def test_an_access_token_becomes_context(client: "Client", pooled: str, issuer: Issuer, access_claims: dict[str, Any]) -> None:
    test = 'context has token && context.token has scope && context.token.scope.contains("orders/refund")'
    add_policy(client, pooled, PERMIT.replace(";", f" when {{ {test} }};"))

    assert ask(client, pooled, accessToken=issuer.token(access_claims))["decision"] == "ALLOW"
    assert ask(client, pooled, accessToken=issuer.token({**access_claims, "scope": "orders/read"}))["decision"] == "DENY"
    assert ask(client, pooled, accessToken=issuer.token(access_claims), action=VIEW)["errors"] == []


def test_both_tokens_must_be_one_person_s(
    client: "Client", pooled: str, issuer: Issuer, claims: dict[str, Any], access_claims: dict[str, Any]
) -> None:
    add_policy(client, pooled)
    mine, other = issuer.token(access_claims), issuer.token({**access_claims, "sub": "bob"})

    assert ask(client, pooled, identityToken=issuer.token(claims), accessToken=mine)["decision"] == "ALLOW"
    with pytest.raises(ClientError) as error:
        ask(client, pooled, identityToken=issuer.token(claims), accessToken=other)
    assert "do not name one principal" in refused(error)


@pytest.mark.parametrize(
    "case",
    [
        ({"exp": 0}, "is expired"),
        ({"exp": None}, "is expired"),
        ({"nbf": 4_000_000_000}, "is not valid yet"),
        ({"iss": "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Other"}, "is from another issuer"),
        ({"aud": "mobile"}, "for another client or audience"),
        ({"token_use": "access"}, "token_use is not that of an identityToken"),
        ({"sub": ""}, "do not name one principal"),
    ],
)
def test_a_token_that_is_not_for_this_store_now_is_refused(
    client: "Client", pooled: str, issuer: Issuer, claims: dict[str, Any], case: tuple[dict[str, Any], str]
) -> None:
    changes, why = case
    add_policy(client, pooled)

    with pytest.raises(ClientError) as error:
        ask(client, pooled, identityToken=issuer.token({**claims, **changes}))
    assert why in refused(error)


def test_a_token_without_a_true_signature_is_refused(client: "Client", pooled: str, issuer: Issuer, claims: dict[str, Any]) -> None:
    add_policy(client, pooled)
    header, body, _ = issuer.token(claims).split(".")
    false_tokens = {
        issuer.forged(claims): "signature is wrong",
        f"{header}.{body}.AAAA": "signature is wrong",
        issuer.token(claims, alg="none"): "is not signed with RS256",
        issuer.token(claims, alg="HS256"): "is not signed with RS256",
        issuer.token(claims, kid="two"): "is not signed with a key of its issuer",
        "a.b.c": "is not a JSON Web Token",
    }
    for token, why in false_tokens.items():
        with pytest.raises(ClientError) as error:
            ask(client, pooled, identityToken=token)
        assert why in refused(error)


def test_principals_are_not_given_beside_a_token(client: "Client", pooled: str, issuer: Issuer, claims: dict[str, Any]) -> None:
    for kind in ("Shop::User", "Shop::Group"):
        entities = {"entityList": [{"identifier": {"entityType": kind, "entityId": "x"}}]}
        with pytest.raises(ClientError) as error:
            ask(client, pooled, identityToken=issuer.token(claims), entities=entities)
        assert "come from the token" in refused(error)


def test_token_claims_are_not_given_beside_a_token(client: "Client", pooled: str, issuer: Issuer, claims: dict[str, Any]) -> None:
    with pytest.raises(ClientError) as error:
        ask(client, pooled, identityToken=issuer.token(claims), context={"cedarJson": '{"token": {"scope": ["orders/refund"]}}'})
    assert "comes from the access token" in refused(error)


def test_a_request_without_a_token_or_a_source_is_refused(client: "Client", pooled: str, loose: str, issuer: Issuer) -> None:
    with pytest.raises(ClientError) as error:
        ask(client, pooled)
    assert "identityToken or an accessToken" in refused(error)
    with pytest.raises(ClientError) as error:
        ask(client, loose, identityToken=issuer.token({}))
    assert "has no identity source" in refused(error)


def test_a_batch_decides_for_the_token_s_principal(client: "Client", pooled: str, issuer: Issuer, claims: dict[str, Any]) -> None:
    add_policy(client, pooled)
    requests: Any = [{"action": REFUND, "resource": ORDER}, {"action": VIEW, "resource": ORDER}]

    answer = client.batch_is_authorized_with_token(policyStoreId=pooled, identityToken=issuer.token(claims), requests=requests)

    assert answer["principal"]["entityId"] == f"{POOL}|ann"
    assert [result["decision"] for result in answer["results"]] == ["ALLOW", "DENY"]
    assert [result["request"] for result in answer["results"]] == requests


def test_an_openid_provider_takes_the_kind_of_token_it_is_set_to(client: "Client", loose: str, issuer: Issuer, clock: MovableClock) -> None:
    selection = {"accessTokenOnly": {"principalIdClaim": "uid", "audiences": ["https://shop"]}}
    configuration: Any = {"issuer": OIDC, "entityIdPrefix": "Corp", "tokenSelection": selection}
    configuration["groupConfiguration"] = {"groupClaim": "roles", "groupEntityType": "Shop::Group"}
    client.create_identity_source(
        policyStoreId=loose, configuration={"openIdConnectConfiguration": configuration}, principalEntityType="Shop::User"
    )
    add_policy(client, loose, 'permit (principal in Shop::Group::"Corp|clerks", action, resource) when { context.token.score == 3 };')
    claims = {
        "iss": OIDC,
        "uid": "ann",
        "aud": ["https://shop"],
        "roles": ["clerks"],
        "score": 3,
        "ratio": 0.5,
        "exp": clock().timestamp() + 60,
    }

    answer = ask(client, loose, accessToken=issuer.token(claims))

    assert (answer["decision"], answer["principal"]["entityId"]) == ("ALLOW", "Corp|ann")
    with pytest.raises(ClientError) as error:
        ask(client, loose, identityToken=issuer.token(claims))
    assert "takes no identityToken" in refused(error)
    with pytest.raises(ClientError) as error:
        ask(client, loose, accessToken=issuer.token({**claims, "aud": "https://other"}))
    assert "another client or audience" in refused(error)
