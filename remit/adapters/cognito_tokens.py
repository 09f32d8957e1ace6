"""ID tokens of a Cognito user pool: verified here, and never kept, handed on or told to anybody."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, NoReturn

import jwt
from jwt.exceptions import InvalidAudienceError, InvalidIssuerError, InvalidSignatureError, MissingRequiredClaimError, PyJWTError
from pydantic import ConfigDict, Field, ValidationError

from remit.adapters.pool_keys import PoolKeys
from remit.delegation_ports import Tokens
from remit.domain.delegation import Delegator, delegation_id
from remit.domain.errors import Reason, Unauthenticated
from remit.domain.model import Model
from remit.ports import Clock

_ALGORITHM = "RS256"
_REQUIRED = ("iss", "aud", "sub", "exp", "token_use", "origin_jti")
_LONGEST = 8_192
_WHY: dict[type[PyJWTError], str] = {
    InvalidSignatureError: "its signature does not hold",
    InvalidIssuerError: "it is from another user pool",
    InvalidAudienceError: "it is for another audience",
}


@dataclass(frozen=True, slots=True)
class Pool:
    """Who has to have issued a token, and for whom."""

    issuer: str
    client: str


class _Claims(Model):
    """`tenant` is the attribute custom:tenant, which no person can set; `origin_jti` is the sign-in that the token is of."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)

    sub: str
    exp: int
    token_use: Literal["id"]
    origin_jti: str
    name: str = Field(alias="cognito:username")
    groups: list[str] = Field(alias="cognito:groups", default_factory=list)
    tenant: str | None = Field(alias="custom:tenant", default=None)


class CognitoTokens(Tokens):
    """The signature is by one of the pool's own keys and by no other algorithm, whatever the token says of itself."""

    def __init__(self, pool: Pool, keys: PoolKeys, clock: Clock) -> None:
        self._pool, self._keys, self._clock = pool, keys, clock

    def verify(self, token: str) -> Delegator:
        if len(token) > _LONGEST:
            _refuse("it is too long")
        claims = _parsed(self._decoded(token))
        expires_at = _time(claims.exp)
        if self._clock.now() >= expires_at:
            _refuse("it has expired")
        return _delegator(claims, self._pool.issuer, expires_at)

    def _decoded(self, token: str) -> dict[str, Any]:
        key = self._key_of(token)
        # The time is checked against our own clock, after this.
        options: Any = {"require": [*_REQUIRED], "strict_aud": True, "verify_exp": False, "verify_iat": False, "verify_nbf": False}
        try:
            return jwt.decode(token, key, algorithms=[_ALGORITHM], audience=self._pool.client, issuer=self._pool.issuer, options=options)
        except MissingRequiredClaimError as error:
            _refuse(f"it has no {error.claim}")
        except PyJWTError as error:
            _refuse(_WHY.get(type(error), "it cannot be read"))

    def _key_of(self, token: str) -> jwt.PyJWK:
        try:
            header = jwt.get_unverified_header(token)
        except (PyJWTError, ValueError):
            _refuse("it is no signed token")
        if header.get("alg") != _ALGORITHM:
            _refuse(f"it is not signed with {_ALGORITHM}")
        kid = header.get("kid")
        key = self._keys.key(kid) if isinstance(kid, str) else None
        return key or _refuse("it is signed by a key that is not the user pool's")


def _parsed(claims: dict[str, Any]) -> _Claims:
    try:
        return _Claims.model_validate(claims)
    except ValidationError as error:
        field = ".".join(map(str, error.errors(include_url=False, include_input=False)[0]["loc"]))
        _refuse("it is no ID token" if field == "token_use" else f"its {field} is not as a user pool writes it")


def _delegator(claims: _Claims, issuer: str, expires_at: datetime) -> Delegator:
    try:
        return Delegator(
            delegation=delegation_id(issuer, claims.sub, claims.origin_jti),
            person=claims.sub,
            name=claims.name,
            groups=tuple(claims.groups),
            tenant=claims.tenant,
            expires_at=expires_at,
        )
    except ValidationError as error:
        field = ".".join(map(str, error.errors(include_url=False, include_input=False)[0]["loc"]))
        _refuse(f"its {field} is not what Remit can pass on")


def _time(seconds: int) -> datetime:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        _refuse("its expiry is no time")


def _refuse(why: str) -> NoReturn:
    """Without the cause: an exception that holds a part of the token would be in a traceback."""
    refusal = Unauthenticated(f"The person's token is not good: {why}.", (Reason(policy="delegation.token", reason=why),))
    raise refusal from None
