"""Identity sources: Cognito user pools and OpenID Connect providers."""

from typing import TYPE_CHECKING, Any

from remit.local.verifiedpermissions.errors import ResourceNotFoundException, ServiceQuotaExceededException
from remit.local.verifiedpermissions.lookup import page, store_of
from remit.local.verifiedpermissions.state import Account, IdentitySource, PolicyStore, Request, Response, new_id

if TYPE_CHECKING:
    from mypy_boto3_verifiedpermissions import type_defs as t

_MOST_SOURCES = 1
_USUAL_PRINCIPAL_TYPE = "AWS::Cognito"
_COGNITO = "cognitoUserPoolConfiguration"


def create_identity_source(account: Account, request: "t.CreateIdentitySourceInputTypeDef") -> Response:
    store = store_of(account, request["policyStoreId"])
    if len(store.identity_sources) >= _MOST_SOURCES:
        raise ServiceQuotaExceededException("A policy store has at most one identity source", "IDENTITY_SOURCE")
    now, principal = account.now(), request.get("principalEntityType", _USUAL_PRINCIPAL_TYPE)
    source = IdentitySource(new_id(), principal, _configuration(request["configuration"]), now, now)
    store.identity_sources[source.id] = source
    return _stamp(store, source)


def _configuration(given: Request) -> dict[str, Any]:
    return {kind: dict(configuration) for kind, configuration in given.items() if configuration is not None}


def _stamp(store: PolicyStore, source: IdentitySource) -> Response:
    return {
        "policyStoreId": store.id,
        "identitySourceId": source.id,
        "createdDate": source.created,
        "lastUpdatedDate": source.updated,
    }


def _described(store: PolicyStore, source: IdentitySource) -> Response:
    described = {**_stamp(store, source), "principalEntityType": source.principal_entity_type, "configuration": source.configuration}
    if _COGNITO not in source.configuration:
        return described
    cognito = source.configuration[_COGNITO]
    issuer, clients = cognito_issuer(cognito["userPoolArn"]), cognito.get("clientIds", [])
    described["configuration"] = {_COGNITO: {**cognito, "clientIds": clients, "issuer": issuer}}
    described["details"] = {
        "clientIds": clients,
        "userPoolArn": cognito["userPoolArn"],
        "discoveryUrl": f"{issuer}/.well-known/openid-configuration",
        "openIdIssuer": "COGNITO",
    }
    return described


def cognito_issuer(user_pool_arn: str) -> str:
    """The issuer that a user pool writes into its tokens."""
    return f"https://cognito-idp.{user_pool_arn.split(':')[3]}.amazonaws.com/{pool_of(user_pool_arn)}"


def pool_of(user_pool_arn: str) -> str:
    return user_pool_arn.rpartition("/")[2]


def get_identity_source(account: Account, request: "t.GetIdentitySourceInputTypeDef") -> Response:
    store = store_of(account, request["policyStoreId"])
    return _described(store, _source_of(store, request["identitySourceId"]))


def _source_of(store: PolicyStore, source_id: str) -> IdentitySource:
    if source_id not in store.identity_sources:
        raise ResourceNotFoundException("IDENTITY_SOURCE", source_id)
    return store.identity_sources[source_id]


def list_identity_sources(account: Account, request: "t.ListIdentitySourcesInputTypeDef") -> Response:
    store = store_of(account, request["policyStoreId"])
    wanted = {entity_type for one in request.get("filters", []) if (entity_type := one.get("principalEntityType"))}
    found = [source for source in store.identity_sources.values() if not wanted or source.principal_entity_type in wanted]
    sources, token = page(request, found, lambda source: source.id)
    return {"identitySources": [_described(store, source) for source in sources], "nextToken": token}


def update_identity_source(account: Account, request: "t.UpdateIdentitySourceInputTypeDef") -> Response:
    store = store_of(account, request["policyStoreId"])
    source = _source_of(store, request["identitySourceId"])
    source.configuration = _configuration(request["updateConfiguration"])
    source.principal_entity_type = request.get("principalEntityType", source.principal_entity_type)
    source.updated = account.now()
    return _stamp(store, source)


def delete_identity_source(account: Account, request: "t.DeleteIdentitySourceInputTypeDef") -> Response:
    store = store_of(account, request["policyStoreId"])
    del store.identity_sources[_source_of(store, request["identitySourceId"]).id]
    return {}
