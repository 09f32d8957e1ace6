"""Whoever runs code inside a function has its role's credentials: here they are taken out of it, as a thief would."""

import io
import json
import uuid
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import boto3

from remit.cli.target import LOCAL_STAGE, local_session
from remit.local.cloud import CloudState
from remit.local.users import create_user
from remit.names import Names

NAMES = Names(LOCAL_STAGE)
Clients = Callable[[str], Any]

_LEAK = """
import os
def handler(event, context):
    return [os.environ[name] for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")]
"""
_ANY_ROLE = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}]}
_EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
_WIDENED = "everything"


@dataclass(frozen=True)
class Identities:
    """The principals of one deployed Remit, as clients with their credentials."""

    state: CloudState

    def admin(self, service: str) -> Any:  # noqa: ANN401 (each service has a client of its own)
        return local_session(self.state).client(service, endpoint_url=self.state.endpoint)  # type: ignore[call-overload]

    def function(self, name: str) -> Clients:
        """What code inside the function could do."""
        return self._session(*self._leaked(self.role_of(name)))

    def agent(self, domain: str, agent: str) -> Clients:
        """What code inside the agent's executor could do under the agent's role: no warrant, no gate."""
        executor = self.function(f"{domain}-{agent}-executor")
        assumed = executor("sts").assume_role(RoleArn=self.agent_role(domain, agent), RoleSessionName="bypass")["Credentials"]
        return self._session(assumed["AccessKeyId"], assumed["SecretAccessKey"], assumed["SessionToken"])

    def caller(self) -> Clients:
        """A user who may call the API."""
        policy = self.admin("iam").get_policy(PolicyArn=f"arn:aws:iam::{self.state.account_id}:policy/{NAMES.of('caller')}")["Policy"]
        version = self.admin("iam").get_policy_version(PolicyArn=policy["Arn"], VersionId=policy["DefaultVersionId"])
        return self._user("bypass-caller", version["PolicyVersion"]["Document"])

    def assumer(self) -> Clients:
        """A user whose own policy allows to assume any role."""
        return self._user("bypass-assumer", _ANY_ROLE)

    def administrator(self) -> Clients:
        """A user whose own policy allows everything."""
        return self._user("bypass-administrator", _EVERYTHING)

    def role_of(self, function: str) -> str:
        return str(self.admin("lambda").get_function_configuration(FunctionName=NAMES.of(function))["Role"])

    def agent_role(self, domain: str, agent: str) -> str:
        return f"arn:aws:iam::{self.state.account_id}:role/{NAMES.agent_role(domain, agent)}"

    @contextmanager
    def widened(self, role: str) -> Iterator[None]:
        """Somebody's mistake: the role's own policy allows everything."""
        iam = self.admin("iam")
        iam.put_role_policy(RoleName=role, PolicyName=_WIDENED, PolicyDocument=json.dumps(_EVERYTHING))
        try:
            yield
        finally:
            iam.delete_role_policy(RoleName=role, PolicyName=_WIDENED)

    @cached_property
    def _archive(self) -> bytes:
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as file:
            file.writestr("index.py", _LEAK)
        return archive.getvalue()

    def _leaked(self, role_arn: str) -> list[str]:
        functions, name = self.admin("lambda"), f"leak-{uuid.uuid4()}"
        code = {"ZipFile": self._archive}
        functions.create_function(FunctionName=name, Runtime="python3.13", Role=role_arn, Handler="index.handler", Code=code)
        try:
            return list(json.loads(functions.invoke(FunctionName=name)["Payload"].read()))
        finally:
            functions.delete_function(FunctionName=name)

    def _user(self, name: str, document: Mapping[str, Any]) -> Clients:
        user = create_user(self.state, name, document)
        return self._session(user.access_key_id, user.secret_access_key, None)

    def _session(self, key: str, secret: str, token: str | None) -> Clients:
        session = boto3.Session(aws_access_key_id=key, aws_secret_access_key=secret, aws_session_token=token, region_name=self.state.region)
        return lambda service: session.client(service, endpoint_url=self.state.endpoint)  # type: ignore[call-overload]
