"""The principals that try to get around the gate."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from remit.cli.demo.thief import loot, stolen_from, stolen_from_agent
from remit.cli.target import LOCAL_STAGE, local_session
from remit.local.cloud import CloudState
from remit.local.users import create_user
from remit.names import Names

NAMES = Names(LOCAL_STAGE)
Clients = Callable[[str], Any]

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
        return stolen_from(self.state, name)

    def agent(self, domain: str, agent: str, **tags: str) -> Clients:
        """What code inside the agent's executor could do under the agent's role: no warrant, no gate, and tags of its own choice."""
        return stolen_from_agent(self.state, domain, agent, **tags)

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

    def _user(self, name: str, document: Mapping[str, Any]) -> Clients:
        user = create_user(self.state, name, document)
        return loot(self.state, user.access_key_id, user.secret_access_key)
