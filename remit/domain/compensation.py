"""How an action is undone: by another tool of the same agent, with a payload that is built from what the action left behind."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field, TypeAdapter

from remit.domain.identifiers import ToolName
from remit.domain.model import JsonObject, Model
from remit.domain.payload import Payload, UseKey

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

    from remit.domain.action import Action
    from remit.domain.charter import AgentSpec
    from remit.domain.tool_spec import ToolSpec

_WARRANT = "receipt.warrant"
# What a schema says of a field to people, and to whoever bounds autonomy: not what may stand in it.
_WORDS = {"title", "description", "default", "examples"}

Source = Annotated[str, Field(pattern=r"^(payload\.[a-z][a-z0-9_]*|receipt\.warrant)$")]


class Compensation(Model):
    """The tool that undoes, and for each field of its payload where that comes from: a field of the payload that was done, as
    `payload.<field>`, or the key of that use, `receipt.warrant`."""

    tool: ToolName
    payload: Annotated[dict[str, Source], Field(min_length=1)]


class Undoes(Model):
    """The action that an intent undoes: its run, and its key, which is its warrant's id too."""

    run: str
    key: str


def build(compensation: Compensation, action: "Action") -> JsonObject:
    """The payload that undoes the action. Raises KeyError if the action lacks a field that it is built from."""
    done, key = action.intent.payload, action.intent.key
    return {field: key if source == _WARRANT else done[_named(source)] for field, source in compensation.payload.items()}


def contradictions(tools: "Mapping[str, ToolSpec]", agents: "Mapping[str, AgentSpec]") -> Iterator[str]:
    """What could never be undone as it is declared, as "<field>: '<name>' …"."""
    for name, spec in tools.items():
        if spec.compensate and spec.compensate.tool in tools:
            field, undoing = f"tools.{name}.compensate", spec.compensate.tool
            if spec.effect != "write":
                yield f"{field}: '{undoing}' could undo what writes, and {name} only reads or is irreversible"
            yield from (f"{field}: '{undoing}' {problem}" for problem in _unfit(tools[undoing]))
            yield from (f"{field}: '{undoing}' is no tool of {agent}, who has {name}" for agent in _lacking(name, undoing, agents))


def unbuildable(name: str, tools: "Mapping[str, ToolSpec]", payloads: Mapping[str, type[Payload]]) -> Iterator[tuple[str, str]]:
    """Why the payload that undoes the tool cannot always be built, as (field, problem)."""
    compensation = tools[name].compensate
    undoing = payloads.get(tools[compensation.tool].payload) if compensation else None
    done = payloads.get(tools[name].payload)
    if compensation is None or undoing is None or done is None:
        return
    place = f"tools.{name}.compensate.payload"
    for field, info in undoing.model_fields.items():
        if info.is_required() and field not in compensation.payload:
            yield place, f"{undoing.__name__} needs '{field}', and nothing says where it comes from"
    for field, source in compensation.payload.items():
        if field not in undoing.model_fields:
            yield f"{place}.{field}", f"{undoing.__name__} has no field '{field}'"
        elif problem := _misfit(field, source, done, undoing):
            yield f"{place}.{field}", problem


def _unfit(undoing: "ToolSpec") -> Iterator[str]:
    if undoing.effect == "read":
        yield "only reads: it undoes nothing"
    if undoing.compensate is not None:
        yield "is undone by a third tool, and could never be used: what undoes is only done to undo"
    if undoing.requires:
        yield "requires other steps, which no run that undoes has"


def _lacking(name: str, undoing: str, agents: "Mapping[str, AgentSpec]") -> Iterator[str]:
    return (agent for agent, spec in agents.items() if name in spec.tools and undoing not in spec.tools)


def _misfit(field: str, source: str, done: type[Payload], undoing: type[Payload]) -> str | None:
    """A value that is always there, and always allowed where it goes."""
    if source == _WARRANT:
        given, whose = _schema(UseKey), "the key of a use"
    else:
        info = done.model_fields.get(_named(source))
        if info is None:
            return f"{done.__name__} has no field '{_named(source)}'"
        if not info.is_required():
            return f"'{_named(source)}' of {done.__name__} may be missing"
        given, whose = _schema_of(info), f"what {done.__name__} allows as '{_named(source)}'"
    if _schema_of(undoing.model_fields[field]).items() <= given.items():
        return None
    return f"{whose} is not always allowed as '{field}' of {undoing.__name__}"


def _schema_of(info: "FieldInfo") -> JsonObject:
    return _schema(Annotated[info.annotation, *info.metadata] if info.metadata else info.annotation)


def _schema(annotation: Any) -> JsonObject:  # noqa: ANN401 (any annotation of a field)
    schema: JsonObject = TypeAdapter(annotation).json_schema()
    return {name: value for name, value in schema.items() if name not in _WORDS}


def _named(source: str) -> str:
    return source.partition(".")[2]
