"""Where the end-to-end tests run: a MiniStack of their own (`make test`), or a LocalStack that runs (`make test TARGET=localstack`).

A test says by `pytest.mark.vouched` which of them it has passed on.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from remit.cli.deploy import deploy
from remit.local import cloud
from remit.local.processes import spawn, stop
from remit.local.state import CloudState, Ports

TARGETS = ("ministack", "localstack")
# What the stacks deploy and the functions call; LocalStack's plans differ in what they have of it.
NEEDED = (
    "apigateway",
    "bedrock-runtime",
    "cloudformation",
    "cloudwatch",
    "cognito-idp",
    "dynamodb",
    "dynamodbstreams",
    "events",
    "iam",
    "kms",
    "lambda",
    "logs",
    "s3",
    "scheduler",
    "sesv2",
    "sns",
    "stepfunctions",
    "sts",
    "verifiedpermissions",
    "xray",
)
_DEFAULT, _SMTP_PORT = "http://127.0.0.1:4566", 2525


class NoTarget(Exception):
    """The message says what to start or set."""


def target() -> str:
    """Raises NoTarget for one that there is not."""
    named = os.environ.get("REMIT_E2E_TARGET", TARGETS[0])
    if named not in TARGETS:
        raise NoTarget(f"'{named}' is no target: choose one of {', '.join(TARGETS)} with make test TARGET=…")
    return named


def deployed(root: Path) -> Iterator[CloudState]:
    """The stacks on the target, for as long as the tests run."""
    if target() == "localstack":
        yield from _on_localstack(root)
        return
    try:
        running = cloud.up(root, port=0)
        deploy(root, running, lambda _: None)
        yield running
    finally:
        cloud.down(root)


def missing(health: dict[str, object]) -> list[str]:
    """The services that this LocalStack does not have, by what it says of its health."""
    services = health.get("services")
    return [name for name in NEEDED if name not in (services if isinstance(services, dict) else {})]


def localstack() -> str:
    """The address of a LocalStack that has all that is needed. Raises NoTarget."""
    endpoint = os.environ.get("LOCALSTACK_ENDPOINT", _DEFAULT).rstrip("/")
    try:
        health = requests.get(f"{endpoint}/_localstack/health", timeout=10).json()
    except (requests.RequestException, ValueError) as error:
        raise NoTarget(f"No LocalStack answers at {endpoint}: start one as docs/localstack.md says, or set LOCALSTACK_ENDPOINT.") from error
    if lacking := missing(health):
        raise NoTarget(f"The LocalStack {health.get('version')} at {endpoint} has no {', '.join(lacking)}: see docs/localstack.md.")
    return endpoint


def _on_localstack(root: Path) -> Iterator[CloudState]:
    """Mail comes to an inbox of ours, to which LocalStack's SMTP_HOST has to lead."""
    endpoint = localstack()
    home = root / ".remit"
    folders = {name: home / name for name in ("inbox", "log")}
    for folder in folders.values():
        folder.mkdir(parents=True)
    inbox = spawn(
        "inbox",
        ["remit.local.inbox", "--port", str(_SMTP_PORT), "--folder", str(folders["inbox"])],
        dict(os.environ),
        root,
        folders["log"] / "inbox.log",
    )
    state = CloudState(
        endpoint=endpoint,
        ports=Ports(aws=urlsplit(endpoint).port or 80, smtp=_SMTP_PORT, model=None, xray=2000),
        processes=(inbox,),
        inbox_dir=folders["inbox"],
        log_dir=folders["log"],
        model_url="",
    )
    try:
        deploy(root, state, lambda _: None)
        yield state
    finally:
        stop(state.processes)


def unvouched(items: list[pytest.Item], on: str) -> list[str]:
    """The tests that have not passed on the target yet, as far as they say."""
    return [item.nodeid for item in items if on not in {name for mark in item.iter_markers("vouched") for name in mark.args}]
