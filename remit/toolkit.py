"""What the author of a domain's tools works with: `tools/<domain>/actions.py` holds `TOOLS`, one Tool for each tool name."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from remit.domain.access import TENANT
from remit.domain.labels import UNKNOWN, Labels
from remit.domain.model import JsonObject
from remit.domain.payload import Payload

if TYPE_CHECKING:
    from typing import Unpack

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import (
        BatchGetItemInputTypeDef,
        BatchGetItemOutputTypeDef,
        GetItemInputTypeDef,
        GetItemOutputTypeDef,
        QueryInputTypeDef,
        QueryOutputTypeDef,
    )
    from mypy_boto3_sesv2 import SESV2Client

P = TypeVar("P", bound=Payload)


class ToolFailed(Exception):
    """The business system refused: nothing was done. The message says why."""


class Reading(Protocol):
    """The part of DynamoDB's client that changes nothing."""

    def get_item(self, **request: "Unpack[GetItemInputTypeDef]") -> "GetItemOutputTypeDef": ...

    def batch_get_item(self, **request: "Unpack[BatchGetItemInputTypeDef]") -> "BatchGetItemOutputTypeDef": ...

    def query(self, **request: "Unpack[QueryInputTypeDef]") -> "QueryOutputTypeDef": ...


class Service(ABC):
    """The business's own service, of which a tool can call the operations that the charter gives it, under the agent's role."""

    @abstractmethod
    def call(self, operation: str, request: JsonObject) -> JsonObject:
        """Its answer. Raises ToolFailed if it refused, and whatever else went wrong otherwise: then it may have been done."""


class NoService(Service):
    """For a tool that is given no operation."""

    def call(self, operation: str, request: JsonObject) -> JsonObject:
        raise ToolFailed(f"This tool cannot call '{operation}'.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """One warranted use of a tool. `key` is the same for every repeat; `tables` has the physical names of the domain's tables, and
    `by_tenant` says which of them are kept by tenant."""

    key: str
    run: str
    tables: Mapping[str, str]
    by_tenant: frozenset[str] = frozenset()
    tenant: str | None = None

    def within(self, table: str) -> dict[str, str]:
        """The part of the table's keys that is not the tool's to choose. Raises ToolFailed where it takes a tenant and there is none."""
        if table not in self.by_tenant:
            return {}
        if self.tenant is None:
            raise ToolFailed(f"The records of {table} are kept by tenant, and nobody of one is behind this.")
        return {TENANT: self.tenant}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadContext(Use):
    """A look at the business system, under a role that can do nothing but look, and only at what the charter says."""

    dynamodb: Reading
    service: Service = field(default_factory=NoService)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolContext(Use):
    """Acting on the business system, with the agent's own credentials and nothing more. `senders` has the addresses of those that the
    agent's tools may send from, and `ses` is None where there is none. `labels` are what the payload carries: what leaves says so."""

    dynamodb: "DynamoDBClient"
    service: Service = field(default_factory=NoService)
    ses: "SESV2Client | None" = None
    senders: Mapping[str, str] = field(default_factory=dict)
    labels: Labels = UNKNOWN

    def reading(self) -> ReadContext:
        """The same credentials, for a tool whose whole action is to look."""
        use = {each.name: getattr(self, each.name) for each in fields(Use)}
        return ReadContext(dynamodb=self.dynamodb, service=self.service, **use)


class Tool(ABC, Generic[P]):
    """A typed operation on a business system."""

    @abstractmethod
    def execute(self, payload: P, context: ToolContext) -> None:
        """Do it, at most once per `context.key`. Raises ToolFailed if the business system refuses."""

    @abstractmethod
    def expected(self, payload: P, use: Use) -> JsonObject:
        """What the business system must say afterwards."""

    @abstractmethod
    def read_back(self, payload: P, context: ReadContext) -> JsonObject | None:
        """What it does say; None if there is no trace of this use."""

    def matches(self, expected: JsonObject, observed: JsonObject | None) -> bool:
        """Whether what it does say is what it must say."""
        return observed == expected


class ReadTool(Tool[P]):
    """An operation that changes nothing: it looks with the agent's own credentials, for looking is the action. What it reads is
    what it observes; expected is only what makes that the record asked for."""

    def execute(self, payload: P, context: ToolContext) -> None:
        """Nothing is to be done before the reading."""

    def matches(self, expected: JsonObject, observed: JsonObject | None) -> bool:
        return observed is not None and expected.items() <= observed.items()
