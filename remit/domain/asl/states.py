"""The states as they are written: what is not known here is refused, and not passed over."""

import re
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_pascal
from pydantic_core import PydanticCustomError

from remit.domain.model import Json, JsonObject

_SUBSTITUTION = re.compile(r"\$\{[A-Za-z][A-Za-z0-9]*\}")


def is_number(value: object) -> bool:
    """Whether it is a number, or the name of one that the deployment puts in."""
    return (type(value) is int and value >= 0) or (isinstance(value, str) and _SUBSTITUTION.fullmatch(value) is not None)


def _whole_number(value: object) -> object:
    if is_number(value):
        return value
    raise PydanticCustomError("whole_number", "Input should be a whole number or a ${Name}")


Number = Annotated[int | str, BeforeValidator(_whole_number)]


class Asl(BaseModel):
    """Named as in the language, where fields are written in PascalCase."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_pascal, defer_build=True)


class Retrier(Asl):
    error_equals: Annotated[tuple[str, ...], Field(min_length=1)]
    interval_seconds: Number = 1
    max_attempts: Number = 3
    backoff_rate: Annotated[float, Field(ge=1)] = 2
    max_delay_seconds: Number | None = None
    jitter_strategy: Literal["FULL", "NONE"] = "NONE"


class Catcher(Asl):
    error_equals: Annotated[tuple[str, ...], Field(min_length=1)]
    next: str
    result_path: str | None = "$"


class _State(Asl):
    comment: str = ""
    input_path: str | None = "$"
    output_path: str | None = "$"


class _Step(_State):
    """A state after which the machine goes on or ends."""

    next: str | None = None
    end: bool = False


class _Working(_Step):
    """A state that has a result and can fail."""

    parameters: Json = None
    result_selector: JsonObject | None = None
    result_path: str | None = "$"
    retry: tuple[Retrier, ...] = ()
    catch: tuple[Catcher, ...] = ()


class Task(_Working):
    type: Literal["Task"]
    resource: str
    timeout_seconds: Number | None = None
    timeout_seconds_path: str | None = None
    heartbeat_seconds: Number | None = None


class Pass(_Step):
    type: Literal["Pass"]
    result: Json = None
    parameters: Json = None
    result_path: str | None = "$"


class Wait(_Step):
    type: Literal["Wait"]
    seconds: Number | None = None
    timestamp: str | None = None
    seconds_path: str | None = None
    timestamp_path: str | None = None


class Choice(_State):
    type: Literal["Choice"]
    choices: Annotated[tuple[JsonObject, ...], Field(min_length=1)]
    default: str | None = None


class Succeed(_State):
    type: Literal["Succeed"]


class Fail(Asl):
    type: Literal["Fail"]
    comment: str = ""
    error: str = ""
    cause: str = ""
    error_path: str | None = None
    cause_path: str | None = None


class ProcessorConfig(Asl):
    """A distributed map's iterations are executions of their own, which no gate may answer."""

    mode: Literal["INLINE"] = "INLINE"


class Scope(Asl):
    """States that lead to one another; a machine is one, and so is a branch and what a Map does with each item."""

    comment: str = ""
    start_at: str
    states: Annotated[dict[str, "State"], Field(min_length=1)]
    processor_config: ProcessorConfig = ProcessorConfig()


class Map(_Working):
    type: Literal["Map"]
    items_path: str = "$"
    item_selector: Json = None
    item_processor: Scope
    max_concurrency: Number | None = None


class Parallel(_Working):
    type: Literal["Parallel"]
    branches: Annotated[tuple[Scope, ...], Field(min_length=1)]


class Definition(Scope):
    """A whole machine. Paths are JSONPath, which every engine runs."""

    version: Literal["1.0"] = "1.0"
    timeout_seconds: Number | None = None
    query_language: Literal["JSONPath"] = "JSONPath"


State = Annotated[Task | Pass | Wait | Choice | Succeed | Fail | Map | Parallel, Field(discriminator="type")]
