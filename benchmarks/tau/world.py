"""What the two worlds have in common, and the fact source over them."""

from abc import ABC, abstractmethod
from typing import NamedTuple

from benchmarks.tau.corpus import Task, Write
from remit.domain.fact import Fact, make_fact
from remit.domain.fact_spec import FactSpec, RecordFactSpec
from remit.domain.model import JsonObject
from remit.ports import FactSource


class World(ABC):
    """One task's database as it is now: it counts, adds up and looks up, and leaves every judgement to the policies."""

    version = 1

    @abstractmethod
    def record(self, table: str, payload: JsonObject) -> JsonObject | None:
        """The record of a table of the charter that the payload is about."""

    @abstractmethod
    def user_of(self, task: Task) -> str:
        """Who the user turns out to be, from what they say of themselves."""

    @abstractmethod
    def _apply(self, write: Write, result: JsonObject) -> None: ...

    def apply(self, write: Write) -> None:
        """What the original tool did, if it did not refuse."""
        if write.result is not None:
            self._apply(write, write.result)
            self.version += 1


class Conversation(NamedTuple):
    """What an application would have recorded; what did not come up is empty."""

    conversation_id: str
    user_id: str
    confirmed_record: str
    cancellation_reason: str = ""
    complaint: str = ""
    compensation_requested: bool = False


class WorldFacts(FactSource):
    def __init__(self, world: World, conversation: Conversation) -> None:
        self._world, self._conversation = world, conversation

    def read(self, wanted: dict[str, FactSpec], payload: JsonObject, tenant: str | None = None) -> tuple[Fact, ...]:
        return tuple(make_fact(name, spec, str(payload[spec.key]), self._versioned(spec, payload)) for name, spec in wanted.items())

    def _versioned(self, spec: FactSpec, payload: JsonObject) -> JsonObject | None:
        table = spec.table if isinstance(spec, RecordFactSpec) else ""
        record = self._spoken(payload) if table == "conversations" else self._world.record(table, payload)
        return None if record is None else {**record, "version": self._world.version}

    def _spoken(self, payload: JsonObject) -> JsonObject | None:
        known = payload["conversation_id"] == self._conversation.conversation_id
        return dict(self._conversation._asdict()) if known else None
