"""What a session of an agent's role is narrowed to: the permissions of one tool, on the records of one tenant."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from remit.domain.charter import Charter
from remit.domain.permission import CALL, SEND_MAIL, Permission, ReadPermission, only_keys
from remit.names import Names

# AssumeRole takes no longer one, https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
LONGEST = 2_048
_NOTHING = {"Effect": "Deny", "Action": "*", "Resource": "*"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Where a charter's resources are."""

    charter: Charter
    names: Names
    partition: str
    region: str
    account: str

    def table(self, permission: Permission | ReadPermission) -> str:
        table = self.names.business_table(self.charter.domain, permission.table)
        index = f"/index/{permission.index}" if isinstance(permission, Permission) and permission.index else ""
        return f"arn:{self.partition}:dynamodb:{self.region}:{self.account}:table/{table}{index}"

    def operation(self, operation: str) -> str:
        function = self.names.operation(self.charter.domain, operation)
        return f"arn:{self.partition}:lambda:{self.region}:{self.account}:function:{function}"

    def identity(self, sender: str) -> str:
        return f"arn:{self.partition}:ses:{self.region}:{self.account}:identity/{self.charter.senders[sender].address}"


def to_act(ground: Ground, tool: str, tenant: str | None) -> str:
    """For the acting role: what the tool needs, and nothing of what the agent's other tools do."""
    spec = ground.charter.tools[tool]
    mail = [{"Effect": "Allow", "Action": SEND_MAIL, "Resource": [ground.identity(sender) for sender in spec.senders]}]
    beside = [*(mail if spec.senders else ()), *_calls(ground, spec.calls)]
    return _document([*_on_tables(ground, spec.permissions, tenant), *beside])


def to_look(ground: Ground, tool: str, tenant: str | None) -> str:
    """For the reading role: what the tool's read-back looks at."""
    spec = ground.charter.tools[tool]
    return _document([*_on_tables(ground, spec.verify, tenant), *_calls(ground, spec.verify_calls)])


def _calls(ground: Ground, operations: Sequence[str]) -> Iterator[Mapping[str, Any]]:
    if operations:
        yield {"Effect": "Allow", "Action": CALL, "Resource": [ground.operation(operation) for operation in operations]}


def _on_tables(ground: Ground, permissions: Iterable[Permission | ReadPermission], tenant: str | None) -> Iterator[Mapping[str, Any]]:
    """One statement for all tables on which the same is done."""
    places: dict[tuple[tuple[str, ...], bool], list[str]] = {}
    for permission in permissions:
        actions = tuple(sorted(action.value for action in permission.actions))
        places.setdefault((actions, ground.charter.tables[permission.table].tenant), []).append(ground.table(permission))
    for (actions, by_tenant), tables in places.items():
        if not by_tenant:
            yield {"Effect": "Allow", "Action": actions, "Resource": tables}
        elif tenant is not None:
            yield {"Effect": "Allow", "Action": actions, "Resource": tables, "Condition": only_keys(tenant)}


def _document(statements: list[Mapping[str, Any]]) -> str:
    """A policy with no statement is none, and would narrow nothing."""
    return json.dumps({"Version": "2012-10-17", "Statement": statements or [_NOTHING]}, separators=(",", ":"))
