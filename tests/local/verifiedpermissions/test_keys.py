"""Where signing keys come from."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from remit.local.verifiedpermissions import HttpKeys

KEYS = [{"kty": "RSA", "kid": "one"}]


@pytest.fixture
def provider() -> Iterator[str]:
    """An OpenID Connect provider, which is a local cloud with a user pool too."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            documents = {
                "/.well-known/openid-configuration": {"jwks_uri": f"http://{self.headers['Host']}/keys"},
                "/keys": {"keys": KEYS},
                "/us-east-1_Pool/.well-known/jwks.json": {"keys": KEYS},
            }
            document = documents.get(self.path)
            self.send_response(200 if document else 404)
            self.end_headers()
            self.wfile.write(json.dumps(document).encode())

        def log_message(self, format: str, *args: object) -> None:
            """A request is no news."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_provider_s_keys_are_found_through_its_discovery_document(provider: str) -> None:
    assert HttpKeys(cognito_endpoint="").keys_of(provider) == KEYS


def test_a_user_pool_s_keys_are_the_local_cloud_s(provider: str) -> None:
    assert HttpKeys(provider).keys_of("https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Pool") == KEYS


@pytest.mark.parametrize("issuer", ["file:///etc", "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Other"])
def test_an_issuer_without_keys_is_an_error(provider: str, issuer: str) -> None:
    with pytest.raises(OSError, match=r"not an HTTP address|404"):
        HttpKeys(provider).keys_of(issuer)
