"""JSON Web Tokens: nothing of a token is believed before its signature, issuer and times are."""

import base64
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512, HashAlgorithm

from remit.local.verifiedpermissions.keys import Jwk, KeySource

Claims = Mapping[str, Any]

_HASHES: Mapping[str, Callable[[], HashAlgorithm]] = {"RS256": SHA256, "RS384": SHA384, "RS512": SHA512}


class TokenError(ValueError):
    """The token must not be believed."""


@dataclass(frozen=True)
class _Token:
    header: Mapping[str, Any]
    claims: Claims
    signed: bytes
    signature: bytes


def verified_claims(token: str, issuer: str, keys: KeySource, now: datetime) -> Claims:
    """The claims of a token that this issuer signed and that is valid now."""
    parsed = _parse(token)
    if parsed.claims.get("iss") != issuer:
        raise TokenError("the token is from another issuer than the identity source's")
    _check_signature(parsed, _issuer_keys(issuer, keys))
    _check_times(parsed.claims, now.timestamp())
    return parsed.claims


def _parse(token: str) -> _Token:
    try:
        header, claims, signature = token.split(".")
        parsed = _Token(json.loads(_decode(header)), json.loads(_decode(claims)), f"{header}.{claims}".encode(), _decode(signature))
    except ValueError as error:
        raise TokenError("the token is not a JSON Web Token") from error
    if not (isinstance(parsed.header, dict) and isinstance(parsed.claims, dict)):
        raise TokenError("the token is not a JSON Web Token")
    return parsed


def _decode(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _issuer_keys(issuer: str, keys: KeySource) -> list[Jwk]:
    try:
        return keys.keys_of(issuer)
    except (OSError, ValueError, KeyError) as error:
        raise TokenError(f"the keys of {issuer} cannot be had: {error}") from error


def _check_signature(token: _Token, keys: Iterable[Jwk]) -> None:
    algorithm = _HASHES.get(token.header.get("alg", ""))
    if algorithm is None:
        raise TokenError("the token is not signed with RS256, RS384 or RS512")
    key = next((key for key in keys if key.get("kty") == "RSA" and key.get("kid") == token.header.get("kid")), None)
    if key is None:
        raise TokenError("the token is not signed with a key of its issuer")
    numbers = RSAPublicNumbers(e=_number(key["e"]), n=_number(key["n"]))
    try:
        numbers.public_key().verify(token.signature, token.signed, PKCS1v15(), algorithm())
    except InvalidSignature as error:
        raise TokenError("the token's signature is wrong") from error


def _number(text: str) -> int:
    return int.from_bytes(_decode(text), "big")


def _check_times(claims: Claims, now: float) -> None:
    expires, starts = claims.get("exp"), claims.get("nbf", 0)
    if not isinstance(expires, int | float) or expires <= now:
        raise TokenError("the token is expired")
    if not isinstance(starts, int | float) or starts > now:
        raise TokenError("the token is not valid yet")
