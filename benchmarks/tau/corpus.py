"""The corpus as it lies in corpus/, and the reasons that users give for cancelling, which are read off their instructions."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict

from remit.domain.model import JsonObject, Model

HERE = Path(__file__).parent
CORPUS = HERE / "corpus"
# Two ground-truth calls of retail tasks that the original tools refuse too.
SLIPS = frozenset({"retail-64", "retail-105"})

Dollars = Annotated[int, BeforeValidator(lambda dollars: round(dollars * 100))]


class Row(BaseModel):
    """The part of a record that the benchmark looks at."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Write(Model):
    """A ground-truth call, and the record that the original tool left behind or the error that it answered with."""

    function: str
    args: JsonObject
    error: str | None
    result: JsonObject | None


class Task(Model):
    suite: str
    version: str
    task_id: str
    prompt: str
    user_known_info: str
    user_task_instructions: str
    writes: tuple[Write, ...]

    @property
    def conversation(self) -> str:
        return f"{self.suite}-{self.task_id}"

    @property
    def said(self) -> str:
        """All that its user may tell the agent."""
        return "\n".join((self.prompt, self.user_known_info, self.user_task_instructions))


class Call(Row):
    function: str
    args: JsonObject


class Forbidden(Row):
    """A call that the task's user asks for, that the prose forbids and that the original tool would execute."""

    suite: str
    task_id: str
    assertion: str
    forbidden_call: Call


class Cancellation(Model):
    """Why a user wants to cancel a reservation: the airline's word for it, and the user's own."""

    task_id: str
    reservation_id: str
    reason: str
    said: str


def tasks() -> tuple[Task, ...]:
    return tuple(map(Task.model_validate_json, _lines(CORPUS / "tasks.jsonl")))


def forbidden() -> tuple[Forbidden, ...]:
    return tuple(map(Forbidden.model_validate_json, _lines(CORPUS / "forbidden.jsonl")))


def cancellations() -> tuple[Cancellation, ...]:
    return tuple(map(Cancellation.model_validate_json, _lines(HERE / "cancellations.jsonl")))


def _lines(path: Path) -> Iterator[str]:
    return (line for line in path.read_text(encoding="utf-8").splitlines() if line)
