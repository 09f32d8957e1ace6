"""Policy stores in a local Verified Permissions service, and services that do not serve."""

import json
import socket
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

from remit.domain.policy import PolicyText
from tests.conformance.policy_engine import SCHEMA

if TYPE_CHECKING:
    from mypy_boto3_verifiedpermissions import VerifiedPermissionsClient

HOST = "127.0.0.1"
HASTY = Config(connect_timeout=0.3, read_timeout=0.3, retries={"mode": "standard", "total_max_attempts": 1})


def client_of(url: str, config: Config | None = None) -> "VerifiedPermissionsClient":
    return boto3.client(
        "verifiedpermissions",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id="any",
        aws_secret_access_key="any",
        config=config,
    )


def a_store(client: "VerifiedPermissionsClient", policies: Sequence[PolicyText]) -> str:
    """The id of a new store with these policies and the refunds schema; not STRICT, so that it takes policies that fail."""
    store = client.create_policy_store(validationSettings={"mode": "OFF"})["policyStoreId"]
    client.put_schema(policyStoreId=store, definition={"cedarJson": json.dumps(SCHEMA)})
    for policy in policies:
        add(client, store, policy.statement)
    return store


def add(client: "VerifiedPermissionsClient", store: str, statement: str) -> None:
    client.create_policy(policyStoreId=store, definition={"static": {"statement": statement}})


@contextmanager
def down() -> Iterator[str]:
    """Nobody listens."""
    with closing(socket.create_server((HOST, 0))) as server:
        port = server.getsockname()[1]
    yield f"http://{HOST}:{port}"


@contextmanager
def silent() -> Iterator[str]:
    """Takes every call and answers none."""
    with closing(socket.create_server((HOST, 0))) as server:
        yield f"http://{HOST}:{server.getsockname()[1]}"


@contextmanager
def refusing(status: int, code: str) -> Iterator[str]:
    """Answers every call with one error."""
    body = json.dumps({"__type": code, "message": "Not now."}).encode()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """A refusal is no news."""

    with ThreadingHTTPServer((HOST, 0), Handler) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield f"http://{HOST}:{server.server_port}"
        server.shutdown()
