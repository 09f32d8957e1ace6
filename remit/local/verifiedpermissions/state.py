"""What one account holds in one region, in memory."""

import secrets
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import cedarpy

from remit.local.verifiedpermissions.cedar import Engine, EntityIdentifier, Statement
from remit.local.verifiedpermissions.keys import KeySource, NoKeys

Response = dict[str, Any]
# Any of the request TypedDicts, where a function serves several of them.
Request = Any
Clock = Callable[[], datetime]

_ID_ALPHABET = string.ascii_letters + string.digits


def new_id() -> str:
    """An id as the service makes them: 22 letters and digits."""
    return "".join(secrets.choice(_ID_ALPHABET) for _ in range(22))


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Schema:
    text: str
    document: Mapping[str, Any]
    parsed: cedarpy.Schema
    created: datetime
    updated: datetime


@dataclass
class Template:
    id: str
    statement: Statement
    created: datetime
    updated: datetime
    description: str | None = None
    name: str | None = None


@dataclass(frozen=True)
class Link:
    """What a template-linked policy fills its template with."""

    template: Template
    principal: EntityIdentifier | None
    resource: EntityIdentifier | None

    @property
    def values(self) -> dict[str, EntityIdentifier]:
        given = {"principal": self.principal, "resource": self.resource}
        return {part: value for part, value in given.items() if value}


@dataclass
class Policy:
    """A static policy (`statement`) or a template-linked one (`link`)."""

    id: str
    created: datetime
    updated: datetime
    statement: Statement | None = None
    link: Link | None = None
    description: str | None = None
    name: str | None = None

    @property
    def written(self) -> Statement:
        """The statement as it was written, its slots open."""
        if self.statement:
            return self.statement
        assert self.link
        return self.link.template.statement

    @property
    def effective(self) -> Statement:
        """The statement as it is evaluated now: a template's change shows at once."""
        return self.written.linked(self.link.values) if self.link else self.written

    @property
    def principal(self) -> EntityIdentifier | None:
        return self.written.principal or (self.link.principal if self.link else None)

    @property
    def resource(self) -> EntityIdentifier | None:
        return self.written.resource or (self.link.resource if self.link else None)


@dataclass
class IdentitySource:
    id: str
    principal_entity_type: str
    configuration: dict[str, Any]
    created: datetime
    updated: datetime


@dataclass
class PolicyStore:
    id: str
    arn: str
    mode: str
    created: datetime
    updated: datetime
    description: str | None = None
    deletion_protection: str = "DISABLED"
    encryption: dict[str, Any] = field(default_factory=lambda: {"default": {}})
    tags: dict[str, str] = field(default_factory=dict)
    schema: Schema | None = None
    policies: dict[str, Policy] = field(default_factory=dict)
    templates: dict[str, Template] = field(default_factory=dict)
    identity_sources: dict[str, IdentitySource] = field(default_factory=dict)
    _engine: Engine | None = None

    @property
    def engine(self) -> Engine:
        """The parsed policies and schema: made once for each state of the store."""
        if self._engine is None:
            statements = {policy.id: policy.effective for policy in self.policies.values()}
            self._engine = Engine(statements, self.schema.parsed if self.schema else None)
        return self._engine

    def changed(self) -> None:
        """Policies, templates or schema are no longer what the engine parsed."""
        self._engine = None


@dataclass
class Alias:
    name: str
    arn: str
    store_id: str
    created: datetime
    deleted: datetime | None = None

    @property
    def state(self) -> str:
        return "PendingDeletion" if self.deleted else "Active"


@dataclass(frozen=True)
class Replay:
    """An answered idempotent request."""

    request: Mapping[str, Any]
    response: Response
    answered: datetime


@dataclass
class Account:
    """Everything of one account in one region, with the two things it asks of the world: the time and signing keys."""

    id: str = "000000000000"
    region: str = "us-east-1"
    keys: KeySource = field(default_factory=NoKeys)
    now: Clock = utc_now
    stores: dict[str, PolicyStore] = field(default_factory=dict)
    aliases: dict[str, Alias] = field(default_factory=dict)
    replays: dict[tuple[str, str], Replay] = field(default_factory=dict)

    def store_arn(self, store_id: str) -> str:
        return f"arn:aws:verifiedpermissions::{self.id}:policy-store/{store_id}"

    def alias_arn(self, name: str) -> str:
        return f"arn:aws:verifiedpermissions:{self.region}:{self.id}:{name}"
