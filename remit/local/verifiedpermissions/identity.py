"""Identity sources, and the principal they make of a token.

An ID token's claims become attributes of the principal, an access token's become `context.token`, and the groups claim
becomes the principal's parents. In a store with a schema only declared claims are carried over; `scope` becomes a set.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from remit.local.verifiedpermissions import schema_shapes
from remit.local.verifiedpermissions.cedar import EntityIdentifier
from remit.local.verifiedpermissions.errors import ValidationException, invalid
from remit.local.verifiedpermissions.sources import cognito_issuer, pool_of
from remit.local.verifiedpermissions.state import Account, IdentitySource, PolicyStore
from remit.local.verifiedpermissions.tokens import Claims, TokenError, verified_claims
from remit.local.verifiedpermissions.values import CedarEntity, CedarValue, uid

if TYPE_CHECKING:
    from mypy_boto3_verifiedpermissions import type_defs as t

Claim = Any


@dataclass(frozen=True)
class Rules:
    """What an identity source demands of tokens, the same for Cognito and OpenID Connect."""

    issuer: str
    prefix: str
    group_type: str | None
    groups_claim: str | None
    id_clients: tuple[str, ...]
    audiences: tuple[str, ...]
    principal_claim: str
    kinds: frozenset[str]
    names_use: bool


@dataclass(frozen=True)
class Identity:
    """Who a request's tokens say the principal is."""

    principal: EntityIdentifier
    groups: tuple[EntityIdentifier, ...]
    group_type: str | None
    attributes: Mapping[str, CedarValue]
    token_claims: Mapping[str, CedarValue] | None

    def entity(self, schema: schema_shapes.Document | None) -> CedarEntity:
        kept = self.attributes
        if schema is not None:
            declared = schema_shapes.entity_attributes(schema, self.principal["entityType"])
            kept = {name: value for name, value in kept.items() if name in declared}
        return {"uid": uid(self.principal), "attrs": dict(kept), "parents": [uid(group) for group in self.groups]}

    def context(self, schema: schema_shapes.Document | None, action: "t.ActionIdentifierTypeDef") -> dict[str, CedarValue]:
        if self.token_claims is None:
            return {}
        if schema is None:
            return {"token": dict(self.token_claims)}
        declared = schema_shapes.token_attributes(schema, action["actionType"], action["actionId"])
        if declared is None:
            return {}
        return {"token": {name: value for name, value in self.token_claims.items() if name in declared}}


def identify(account: Account, store: PolicyStore, tokens: Mapping[str, str | None]) -> Identity:
    """The principal of a request with an `identityToken`, an `accessToken` or both."""
    source = next(iter(store.identity_sources.values()), None)
    if source is None:
        raise ValidationException(f"Policy store {store.id} has no identity source")
    given = {kind: token for kind, token in tokens.items() if token}
    if not given:
        raise ValidationException("Either an identityToken or an accessToken is needed")
    rules = _rules(source)
    claims = {kind: _claims(account, rules, kind, token) for kind, token in given.items()}
    return _identity(source, rules, claims)


def _claims(account: Account, rules: Rules, kind: str, token: str) -> Claims:
    try:
        claims = verified_claims(token, rules.issuer, account.keys, account.now())
        _check_use(rules, kind, claims)
    except TokenError as error:
        raise invalid(f"/{kind}", f"Invalid token: {error}") from error
    return claims


def _check_use(rules: Rules, kind: str, claims: Claims) -> None:
    if kind not in rules.kinds:
        raise TokenError(f"the identity source takes no {kind}")
    if rules.names_use and claims.get("token_use") != kind.removesuffix("Token").replace("identity", "id"):
        raise TokenError(f"its token_use is not that of an {kind}")
    wanted = rules.id_clients if kind == "identityToken" else rules.audiences
    if wanted and not set(wanted) & set(_audience(rules, kind, claims)):
        raise TokenError("it is for another client or audience")


def _audience(rules: Rules, kind: str, claims: Claims) -> Iterable[str]:
    if rules.names_use and kind == "accessToken":
        return _strings(claims.get("client_id"))
    if kind == "accessToken" and "aud" not in claims:
        return (*_strings(claims.get("cid")), *_strings(claims.get("client_id")))
    return _strings(claims.get("aud"))


def _strings(claim: Claim) -> list[str]:
    return [claim] if isinstance(claim, str) else [str(item) for item in claim or ()]


def _identity(source: IdentitySource, rules: Rules, claims: Mapping[str, Claims]) -> Identity:
    names = {str(one.get(rules.principal_claim, "")) for one in claims.values()}
    if len(names) != 1 or not all(names):
        raise ValidationException(f"The tokens do not name one principal in their claim {rules.principal_claim}")
    groups = {name: None for one in claims.values() for name in _strings(one.get(rules.groups_claim or ""))}
    access = claims.get("accessToken")
    return Identity(
        principal={"entityType": source.principal_entity_type, "entityId": rules.prefix + names.pop()},
        groups=tuple({"entityType": rules.group_type, "entityId": rules.prefix + name} for name in groups) if rules.group_type else (),
        group_type=rules.group_type,
        attributes=_carried(claims.get("identityToken", {})),
        token_claims=None if access is None else _carried(access),
    )


def _carried(claims: Claims) -> dict[str, CedarValue]:
    carried = {name: _value(claim) for name, claim in claims.items()}
    if isinstance(carried.get("scope"), str):
        carried["scope"] = carried["scope"].split()
    return {name: value for name, value in carried.items() if value is not None}


def _value(claim: Claim) -> CedarValue:
    if isinstance(claim, list):
        return [value for value in map(_value, claim) if value is not None]
    if isinstance(claim, dict):
        return {name: value for name, value in ((name, _value(member)) for name, member in claim.items()) if value is not None}
    # Cedar knows no floating-point numbers and no null.
    return claim if isinstance(claim, str | bool | int) else None


def _rules(source: IdentitySource) -> Rules:
    if "cognitoUserPoolConfiguration" in source.configuration:
        return _cognito_rules(source.configuration["cognitoUserPoolConfiguration"])
    return _oidc_rules(source.configuration["openIdConnectConfiguration"])


def _cognito_rules(configuration: Mapping[str, Any]) -> Rules:
    clients = tuple(configuration.get("clientIds", ()))
    return Rules(
        issuer=cognito_issuer(configuration["userPoolArn"]),
        prefix=f"{pool_of(configuration['userPoolArn'])}|",
        group_type=configuration.get("groupConfiguration", {}).get("groupEntityType"),
        groups_claim="cognito:groups",
        id_clients=clients,
        audiences=clients,
        principal_claim="sub",
        kinds=frozenset({"identityToken", "accessToken"}),
        names_use=True,
    )


def _oidc_rules(configuration: Mapping[str, Any]) -> Rules:
    prefix, groups = configuration.get("entityIdPrefix"), configuration.get("groupConfiguration", {})
    selection = configuration["tokenSelection"]
    access, identity = selection.get("accessTokenOnly"), selection.get("identityTokenOnly")
    return Rules(
        issuer=configuration["issuer"],
        prefix=f"{prefix}|" if prefix else "",
        group_type=groups.get("groupEntityType"),
        groups_claim=groups.get("groupClaim"),
        id_clients=tuple((identity or {}).get("clientIds", ())),
        audiences=tuple((access or {}).get("audiences", ())),
        principal_claim=(access or identity or {}).get("principalIdClaim", "sub"),
        kinds=frozenset({"accessToken" if access is not None else "identityToken"}),
        names_use=False,
    )
