"""An identity provider for tests."""

import base64
import json
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256

from remit.local.verifiedpermissions.keys import Jwk

POOL = "us-east-1_Pool"
POOL_ARN = f"arn:aws:cognito-idp:us-east-1:000000000000:userpool/{POOL}"
COGNITO = f"https://cognito-idp.us-east-1.amazonaws.com/{POOL}"
OIDC = "https://id.example.com"


class Issuer:
    """Signs tokens, and is the key source of every issuer."""

    def __init__(self) -> None:
        self._key = generate_private_key(65537, 2048)
        self._stranger = generate_private_key(65537, 2048)

    def keys_of(self, issuer: str) -> list[Jwk]:
        if issuer not in (COGNITO, OIDC):
            raise OSError("no such host")
        numbers = self._key.public_key().public_numbers()
        return [{"kty": "RSA", "kid": "one", "n": _number(numbers.n), "e": _number(numbers.e)}]

    def token(self, claims: Mapping[str, Any], **header: str) -> str:
        return _signed(self._key, {"alg": "RS256", "kid": "one", **header}, claims)

    def forged(self, claims: Mapping[str, Any]) -> str:
        """A token that says it is signed with the issuer's key, and is not."""
        return _signed(self._stranger, {"alg": "RS256", "kid": "one"}, claims)


def _signed(key: RSAPrivateKey, header: Mapping[str, Any], claims: Mapping[str, Any]) -> str:
    text = f"{_encoded(json.dumps(header).encode())}.{_encoded(json.dumps(claims).encode())}"
    return f"{text}.{_encoded(key.sign(text.encode(), PKCS1v15(), SHA256()))}"


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _number(value: int) -> str:
    return _encoded(value.to_bytes((value.bit_length() + 7) // 8, "big"))
