"""What the author of a domain's tools works with: `tools/<domain>/actions.py` holds `TOOLS`, one Tool for each tool name."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from remit.domain.model import JsonObject
from remit.domain.payload import Payload

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

P = TypeVar("P", bound=Payload)


class ToolFailed(Exception):
    """The business system refused: nothing was done. The message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolContext:
    """One warranted use of a tool. `dynamodb` has the agent's own credentials and nothing more; `key` is the same for every repeat."""

    dynamodb: "DynamoDBClient"
    tables: Mapping[str, str]
    key: str
    run: str


class Tool(ABC, Generic[P]):
    """A typed operation on a business system."""

    @abstractmethod
    def execute(self, payload: P, context: ToolContext) -> None:
        """Do it, at most once per `context.key`. Raises ToolFailed if the business system refuses."""

    @abstractmethod
    def expected(self, payload: P, context: ToolContext) -> JsonObject:
        """What the business system must say afterwards."""

    @abstractmethod
    def read_back(self, payload: P, context: ToolContext) -> JsonObject | None:
        """What it does say; None if there is no trace of this use."""

    def matches(self, expected: JsonObject, observed: JsonObject | None) -> bool:
        """Whether what it does say is what it must say."""
        return observed == expected


class ReadTool(Tool[P]):
    """An operation that changes nothing. What it reads is what it observes; expected is only what makes that the record asked for."""

    def execute(self, payload: P, context: ToolContext) -> None:
        """Nothing is to be done before the reading."""

    def matches(self, expected: JsonObject, observed: JsonObject | None) -> bool:
        return observed is not None and expected.items() <= observed.items()
