"""One payload that a schema takes, for a case: what the document gives as an example, else the plainest value."""

import re
from typing import Any

from remit.domain.model import JsonObject
from remit.scaffold.payloads import fields_of, schema_of
from remit.scaffold.schemas import Schema
from remit.scaffold.sketch import ToolSketch

_TRIED = ("A-1", "a", "A", "1", "A1", "a1", "abc", "ABC", "2026-01-01", "2026-01-01T00:00:00Z", "a@example.com")


def example_of(tool: ToolSketch) -> JsonObject:
    """Its required fields. Nobody promises that it fits: a pattern may want something else."""
    found: JsonObject = _object(schema_of(tool))
    return found


def _object(schema: Schema) -> Any:  # noqa: ANN401 - a value of JSON
    required = schema.get("required", ())
    wanted = {name: part for name, (source, part) in fields_of(schema).items() if source in required}
    return {name: _value(part) for name, part in (wanted or dict([_first(schema)])).items()}


def _first(schema: Schema) -> tuple[str, Any]:
    return next((name, part) for name, (_, part) in fields_of(schema).items())


def _value(schema: Any) -> Any:  # noqa: ANN401, PLR0911 - a value of JSON, one way for each kind
    if not isinstance(schema, dict):
        return "something"
    given = [schema[word] for word in ("const", "example", "default") if word in schema]
    given += [*(schema.get("enum") or ())[:1], *(schema.get("examples") or ())[:1]]
    kind = schema.get("type")
    if given and not (kind == "number" and not isinstance(given[0], int)):
        return given[0]
    match kind:
        case "integer" | "number":
            return int(schema.get("minimum", 1))
        case "boolean":
            return False
        case "array":
            return [_value(schema.get("items"))]
        case "object" if schema.get("properties"):
            return _object(schema)
        case "string":
            return _text(schema)
    return "something"


def _text(schema: Schema) -> str:
    pattern = schema.get("pattern")
    fits = [text for text in _TRIED if pattern is None or re.search(pattern, text)]
    return (fits or ["something"])[0].ljust(int(schema.get("minLength", 0)), "x")
