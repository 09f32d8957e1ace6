"""What describes somebody's tools, as sketches: OpenAPI 3, MCP's list of tools, or the JSON schema of one payload."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import yaml

from remit.domain.model import JsonObject
from remit.domain.tool_spec import Effect
from remit.scaffold.schemas import Schema, inlined, snake, unique
from remit.scaffold.sketch import CannotDraft, ToolSketch

# The methods that OpenAPI knows. GET and HEAD are safe by the protocol's own word (RFC 9110, 9.2.1); of the others nothing is known.
_METHODS = ("get", "head", "post", "put", "patch", "delete", "options", "trace")
_SAFE = ("get", "head")
_JSON = "application/json"
Reader = Callable[[JsonObject, str], Iterator[ToolSketch]]


def read_document(text: str, kind: str, domain: str) -> tuple[ToolSketch, ...]:
    """`kind` is openapi, mcp or jsonschema; `text` JSON or YAML. Raises CannotDraft."""
    try:
        document = json.loads(text) if text.lstrip().startswith(("{", "[")) else yaml.safe_load(text)
    except (json.JSONDecodeError, yaml.YAMLError) as error:
        raise CannotDraft(f"this is neither JSON nor YAML: {' '.join(str(error).split())}") from error
    found = tuple(READERS[kind]({"tools": document} if isinstance(document, list) else document, domain)) if document else ()
    if not found:
        raise CannotDraft(f"it holds no tool that {kind} describes")
    return found


def _openapi(document: JsonObject, domain: str) -> Iterator[ToolSketch]:
    version = _object(document).get("openapi")
    if not isinstance(version, str) or not version.startswith("3."):
        raise CannotDraft(f"this is no OpenAPI 3 document (openapi: {version or 'is missing'}): convert it first")
    names: list[str] = []
    for path, method, operation in _operations(document):
        source = f"{method.upper()} {path}"
        names.append(unique(snake(operation.get("operationId") or f"{method} {path}") or "operation", names))
        yield ToolSketch(
            name=f"{domain}.{names[-1]}",
            description=_said(operation, source),
            source=source,
            effect=Effect.READ if method in _SAFE else Effect.IRREVERSIBLE,
            parameters=_parameters(operation),
        )


def _operations(document: JsonObject) -> Iterator[tuple[str, str, Schema]]:
    for path, item in _object(document.get("paths")).items():
        whole = _object(inlined(item, document))
        for method in _METHODS:
            if isinstance(operation := whole.get(method), dict):
                shared = [*whole.get("parameters", []), *operation.get("parameters", [])]
                yield path, method, {**operation, "parameters": shared}


def _parameters(operation: Schema) -> JsonObject:
    """Path, query and body as one object. Headers and cookies are the transport's, and an agent names none."""
    properties: dict[str, Any] = {}
    required: list[str] = []
    for parameter in map(_object, operation["parameters"]):
        name = parameter.get("name")
        if parameter.get("in") in {"path", "query"} and isinstance(name, str):
            properties[name] = {"description": parameter.get("description", ""), **_object(parameter.get("schema"))}
            required += [name] if parameter.get("required") else []
    body = _object(operation.get("requestBody"))
    schema = _object(_object(_object(body.get("content")).get(_JSON)).get("schema"))
    fields = _object(schema.get("properties"))
    if fields and not set(fields) & set(properties):
        properties |= fields
        required += schema.get("required", []) if body.get("required", True) else []
    elif body:
        properties["body"] = schema
        required += ["body"] if body.get("required") else []
    return {"type": "object", "properties": properties, "required": [*dict.fromkeys(required)]}


def _mcp(document: JsonObject, domain: str) -> Iterator[ToolSketch]:
    """What tools/list answers. Its annotations are hints, which nobody can rely on."""
    names: list[str] = []
    listed = _object(document).get("tools") or _object(_object(document).get("result")).get("tools") or []
    for tool in map(_object, listed if isinstance(listed, list) else []):
        if not isinstance(own := tool.get("name"), str):
            raise CannotDraft(f"tool {len(names) + 1} has no name")
        names.append(unique(snake(own) or "tool", names))
        schema = _object(tool.get("inputSchema"))
        hints = [f"{name}: {str(value).lower()}" for name, value in _object(tool.get("annotations")).items() if name.endswith("Hint")]
        yield ToolSketch(
            name=f"{domain}.{names[-1]}",
            description=_said(tool, own),
            source=own,
            parameters=_object(inlined(schema, schema)),
            hint=", ".join(hints),
        )


def _jsonschema(document: JsonObject, domain: str) -> Iterator[ToolSketch]:
    schema = _object(inlined(document, document))
    if not schema.get("properties"):
        raise CannotDraft("this is no JSON schema of an object with properties")
    title = str(schema.get("title") or "act")
    yield ToolSketch(name=f"{domain}.{snake(title) or 'act'}", description=_said(schema, title), source=title, parameters=schema)


READERS: Mapping[str, Reader] = {"openapi": _openapi, "mcp": _mcp, "jsonschema": _jsonschema}


def _said(described: Schema, otherwise: str) -> str:
    text = described.get("description") or described.get("summary") or described.get("title") or otherwise
    return " ".join(str(text).split())[:500]


def _object(value: Any) -> Schema:  # noqa: ANN401 - whatever the document holds
    return value if isinstance(value, dict) else {}
