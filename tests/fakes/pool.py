"""A user pool that signs tokens: its keys, and whatever a test wants a token to say."""

import base64
import hashlib
import hmac
import json
from datetime import timedelta
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from remit.adapters.cognito_tokens import CognitoTokens, Pool
from remit.adapters.pool_keys import PoolKeys
from remit.domain.errors import Unavailable
from tests.fakes.clock import NOON, FixedClock

POOL = Pool(issuer="https://cognito-idp.us-east-1.amazonaws.com/us-east-1_pool", client="client-1")
CLAIMS: dict[str, Any] = {
    "iss": POOL.issuer,
    "aud": POOL.client,
    "sub": "5f1c-carol",
    "token_use": "id",
    "origin_jti": "sign-in-1",
    "exp": int((NOON + timedelta(hours=1)).timestamp()),
    "cognito:username": "carol",
    "cognito:groups": ["clerks"],
    "custom:tenant": "north",
}


@cache
def private_key(name: str) -> rsa.RSAPrivateKey:
    """A key for each name, for the whole of a test run."""
    assert name
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def key_set(*names: str) -> bytes:
    return json.dumps({"keys": [{**_jwk(name), "kid": name, "alg": "RS256", "use": "sig"} for name in names]}).encode()


def token(*, key: str = "key-1", kid: str | None = None, without: str = "", **changes: Any) -> str:  # noqa: ANN401 (whatever a token says)
    """Signed by `key` under the id `kid`; a claim with a colon in its name is written with two underscores."""
    claims = {**CLAIMS, **{name.replace("__", ":"): value for name, value in changes.items()}}
    claims.pop(without, None)
    return jwt.encode(claims, private_key(key), algorithm="RS256", headers={"kid": kid or key})


def unsigned() -> str:
    return f"{_part({'alg': 'none', 'typ': 'JWT', 'kid': 'key-1'})}.{_part(CLAIMS)}."


def signed_with_the_public_key() -> str:
    """The old trick: a symmetric signature by what everybody knows."""
    head = f"{_part({'alg': 'HS256', 'typ': 'JWT', 'kid': 'key-1'})}.{_part(CLAIMS)}"
    return f"{head}.{_text(hmac.new(key_set('key-1'), head.encode(), hashlib.sha256).digest())}"


class Served:
    """The pool's address: how often it was asked, and what it answers."""

    def __init__(self, *keys: str) -> None:
        self.keys, self.asked, self.down, self.body = keys or ("key-1",), 0, False, b""

    def __call__(self) -> bytes:
        self.asked += 1
        if self.down:
            raise Unavailable("The user pool's keys cannot be fetched: TimeoutError")
        return self.body or key_set(*self.keys)


def tokens(served: Served | None = None, clock: FixedClock | None = None) -> CognitoTokens:
    clock = clock or FixedClock()
    return CognitoTokens(POOL, PoolKeys(served or Served(), clock), clock)


def _jwk(name: str) -> dict[str, Any]:
    return dict(jwt.algorithms.RSAAlgorithm.to_jwk(private_key(name).public_key(), as_dict=True))


def _part(value: dict[str, Any]) -> str:
    return _text(json.dumps(value).encode())


def _text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
