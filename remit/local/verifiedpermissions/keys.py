"""Where the public keys of a token's issuer come from."""

import json
import re
import urllib.request
from typing import Any, Protocol

Jwk = dict[str, Any]

_COGNITO = re.compile(r"https://cognito-idp\.[a-z0-9-]+\.amazonaws\.com/(?P<pool>[\w-]+)")


class KeySource(Protocol):
    """Answers with an issuer's JSON Web Keys."""

    def keys_of(self, issuer: str) -> list[Jwk]: ...


class NoKeys:
    """Knows no issuer, so that every token is refused."""

    def keys_of(self, issuer: str) -> list[Jwk]:
        return []


class HttpKeys:
    """Fetches keys over HTTP: Cognito's from a local cloud's endpoint, another issuer's through its discovery document."""

    def __init__(self, cognito_endpoint: str, timeout: float = 5.0) -> None:
        self._endpoint = cognito_endpoint.rstrip("/")
        self._timeout = timeout

    def keys_of(self, issuer: str) -> list[Jwk]:
        if pool := cognito_pool(issuer):
            return self._keys_at(f"{self._endpoint}/{pool}/.well-known/jwks.json")
        discovery = self._fetch(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        return self._keys_at(str(discovery["jwks_uri"]))

    def _keys_at(self, url: str) -> list[Jwk]:
        return list(self._fetch(url)["keys"])

    def _fetch(self, url: str) -> dict[str, Any]:
        if not url.startswith(("https://", "http://")):
            raise OSError(f"{url} is not an HTTP address")
        with urllib.request.urlopen(url, timeout=self._timeout) as answer:  # noqa: S310 - the scheme is checked above
            document: dict[str, Any] = json.load(answer)
            return document


def cognito_pool(issuer: str) -> str | None:
    """The user pool id of a Cognito issuer."""
    match = _COGNITO.fullmatch(issuer)
    return match["pool"] if match else None
