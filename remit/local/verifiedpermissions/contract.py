"""The service's contract, read from botocore's model: what a request must satisfy, and what a response holds."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from typing import Any

from botocore.loaders import Loader
from botocore.model import ListShape, MapShape, OperationModel, ServiceModel, Shape, StringShape, StructureShape

from remit.local.verifiedpermissions.errors import InternalServerException, ValidationException

Problem = tuple[str, str]
Value = Any

_LONG = (-(2**63), 2**63 - 1)
_INTEGER = (-(2**31), 2**31 - 1)


@cache
def service_model() -> ServiceModel:
    """botocore's model of the service."""
    return ServiceModel(Loader().load_service_model("verifiedpermissions", "service-2"), "verifiedpermissions")


@cache
def operation_model(name: str) -> OperationModel:
    """The model of one operation; a name the service lacks is a ValidationException."""
    if name not in service_model().operation_names:
        raise ValidationException(f"Unknown operation {name}")
    return service_model().operation_model(name)


@cache
def modelled_errors(operation: str) -> frozenset[str]:
    """The error names an operation may answer with."""
    return frozenset(shape.name for shape in operation_model(operation).error_shapes)


def check_request(operation: str, request: object) -> None:
    """Raise ValidationException unless the request satisfies every constraint of the operation's input shape."""
    shape = operation_model(operation).input_shape
    problems = list(_problems(shape, request, "")) if shape else []
    if not problems:
        return
    fields = [{"path": path or "/", "message": f"Value at '{path or '/'}' failed to satisfy constraint: {text}"} for path, text in problems]
    noun = "error" if len(fields) == 1 else "errors"
    raise ValidationException(f"{len(fields)} validation {noun} detected. " + "; ".join(f["message"] for f in fields), fields)


def _problems(shape: Shape, value: object, path: str) -> Iterator[Problem]:
    if isinstance(shape, StructureShape):
        yield from _structure_problems(shape, value, path)
    elif isinstance(shape, ListShape):
        yield from _list_problems(shape, value, path)
    elif isinstance(shape, MapShape):
        yield from _map_problems(shape, value, path)
    elif isinstance(shape, StringShape):
        yield from _string_problems(shape, value, path)
    elif shape.type_name == "boolean":
        if not isinstance(value, bool):
            yield path, "Member must be a boolean"
    else:
        yield from _integer_problems(shape, value, path)


def _structure_problems(shape: StructureShape, value: object, path: str) -> Iterator[Problem]:
    if not isinstance(value, dict):
        yield path, "Member must be a structure"
        return
    present = {name: value[name] for name in shape.members if value.get(name) is not None}
    for name in shape.required_members:
        if name not in present:
            yield f"{path}/{name}", "Member must not be null"
    if shape.is_tagged_union and len(present) != 1:
        yield path, "Member must have exactly one of: " + ", ".join(shape.members)
    for name, member in present.items():
        yield from _problems(shape.members[name], member, f"{path}/{name}")


def _list_problems(shape: ListShape, value: object, path: str) -> Iterator[Problem]:
    if not isinstance(value, list):
        yield path, "Member must be a list"
        return
    yield from _length_problems(shape, len(value), path)
    for index, member in enumerate(value):
        yield from _problems(shape.member, member, f"{path}/{index}")


def _map_problems(shape: MapShape, value: object, path: str) -> Iterator[Problem]:
    if not isinstance(value, dict):
        yield path, "Member must be a map"
        return
    yield from _length_problems(shape, len(value), path)
    for key, member in value.items():
        yield from _problems(shape.key, key, f"{path}/{key}")
        yield from _problems(shape.value, member, f"{path}/{key}")


def _string_problems(shape: StringShape, value: object, path: str) -> Iterator[Problem]:
    if not isinstance(value, str):
        yield path, "Member must be a string"
        return
    yield from _length_problems(shape, len(value), path)
    pattern = shape.metadata.get("pattern")
    if pattern and not _compiled(pattern).fullmatch(value):
        yield path, f"Member must satisfy regular expression pattern: {pattern}"
    if shape.enum and value not in shape.enum:
        yield path, f"Member must satisfy enum value set: [{', '.join(shape.enum)}]"


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    # An id may hold a line break: `.*` is the model's way of saying "anything".
    return re.compile(pattern, re.DOTALL)


def _length_problems(shape: Shape, length: int, path: str) -> Iterator[Problem]:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and length < least:
        yield path, f"Member must have length greater than or equal to {least}"
    if most is not None and length > most:
        yield path, f"Member must have length less than or equal to {most}"


def _integer_problems(shape: Shape, value: object, path: str) -> Iterator[Problem]:
    if not isinstance(value, int) or isinstance(value, bool):
        yield path, f"Member must be a {shape.type_name}"
        return
    least, most = _LONG if shape.type_name == "long" else _INTEGER
    least = max(least, shape.metadata.get("min", least))
    if not least <= value <= most:
        yield path, f"Member must be between {least} and {most}"


def render_response(operation: str, response: Mapping[str, Any]) -> dict[str, Any]:
    """The response as JSON, holding exactly what the operation's output shape has."""
    shape = operation_model(operation).output_shape
    return _render_structure(shape, response) if shape else {}


def _render(shape: Shape, value: Value) -> Value:
    if isinstance(shape, StructureShape):
        return _render_structure(shape, value)
    if isinstance(shape, ListShape):
        return [_render(shape.member, member) for member in value]
    if isinstance(value, datetime):
        return value.isoformat(timespec="microseconds")
    return value


def _render_structure(shape: StructureShape, value: Mapping[str, Any]) -> dict[str, Any]:
    present = {name: member for name, member in value.items() if member is not None}
    amiss = (present.keys() - shape.members.keys()) | (set(shape.required_members) - present.keys())
    if amiss:
        raise InternalServerException(f"{shape.name} is answered with the wrong members: {', '.join(sorted(amiss))}")
    return {name: _render(shape.members[name], member) for name, member in present.items()}
