"""Payload models as Python text, from JSON schemas: strict, closed and bounded, with types that Cedar has."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import Field, TypeAdapter
from pydantic_core import SchemaError

from remit.scaffold.schemas import Schema, field_name, unique
from remit.scaffold.sketch import FILL, Sketch, ToolSketch

_WIDTH = 120
_MOST_ITEMS = 100
_LONGEST_TEXT = 500
# A tool has to name what it acts on.
NO_FIELDS: Schema = {"type": "object", "properties": {"subject": {"type": "string"}}, "required": ["subject"]}
_HEAD = '''"""What the {domain} domain lets an agent ask for. Drafted from {origin}."""

from typing import Annotated, Literal

from pydantic import Field

from remit.domain.payload import Payload, Text
'''


@dataclass(frozen=True, slots=True)
class _Typed:
    """An annotation, and what a human has to decide about it."""

    annotation: str
    fill: str = ""


@dataclass(slots=True)
class _Module:
    """The classes written so far, by name; those that another needs come first."""

    classes: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, schema: Schema, said: str) -> str:
        own = unique(name, self.classes)
        # Its place, so that no class inside it takes the name.
        self.classes[own] = ""
        lines = [f"class {own}(Payload):", f'    """{_one_line(said)}"""', "", *self._fields(own, schema)]
        del self.classes[own]
        self.classes[own] = "\n".join(lines)
        return own

    def _fields(self, owner: str, schema: Schema) -> Iterator[str]:
        required = schema.get("required", [])
        for name, (source, part) in fields_of(schema).items():
            typed = self._type(part, f"{owner}{name.title().replace('_', '')}")
            optional = source not in required and not typed.annotation.endswith(" | None")
            if source != name:
                yield f"    # {source!r} in the source."
            if typed.fill:
                yield f"    # {FILL} {typed.fill}"
            yield f"    {name}: {typed.annotation}{' | None' if optional else ''}{'' if source in required else ' = None'}"

    def _type(self, schema: Any, name: str) -> _Typed:  # noqa: ANN401 - whatever the document holds
        if not isinstance(schema, dict):
            return _unknown("says nothing of it")
        options = _options(schema)
        if len(options) > 1:
            return _unknown("lets it be of several types")
        nullable = options != [schema] and _takes_null(schema)
        inner = options[0] if options else {}
        typed = self._known(inner, name)
        return _Typed(f"{typed.annotation} | None", typed.fill) if nullable else typed

    def _known(self, schema: Schema, name: str) -> _Typed:  # noqa: PLR0911 - one way for each kind
        choices = schema.get("enum", [schema["const"]] if "const" in schema else None)
        if choices is not None:
            return _choice([choice for choice in choices if choice is not None])
        match schema.get("type"):
            case "string":
                return _text(schema)
            case "integer":
                return _Typed(_annotated("int", _bounds(schema)))
            case "number":
                fill = "the source has a fraction, and policies have none: an integer of a smaller unit, such as Cents for money"
                return _Typed("int", fill)
            case "boolean":
                return _Typed("bool")
            case "array":
                items = self._type(schema.get("items"), f"{name}Item")
                most = _whole(schema.get("maxItems")) or _MOST_ITEMS
                return _Typed(_annotated(f"tuple[{items.annotation}, ...]", {"max_length": most}), items.fill)
            case "object" if schema.get("properties"):
                return _Typed(self.add(name, schema, schema.get("description") or "A part of another payload."))
            case "object":
                return _unknown("leaves its fields open")
        return _unknown("does not say its type")


def payload_module(sketch: Sketch) -> str:
    """The text of tools/<domain>/payloads.py."""
    module = _Module()
    for tool in sketch.tools:
        module.add(tool.payload, schema_of(tool), tool.description)
    head = _HEAD.format(domain=sketch.domain, origin=sketch.origin)
    text = "\n\n\n".join(module.classes.values())
    return _used(head, text) + "\n\n" + text + "\n"


def schema_of(tool: ToolSketch) -> Schema:
    return tool.parameters if tool.parameters.get("properties") else NO_FIELDS


def fields_of(schema: Schema) -> Mapping[str, tuple[str, Any]]:
    """The properties by the names that they get, with the names that they have."""
    found: dict[str, tuple[str, Any]] = {}
    for source, part in schema.get("properties", {}).items():
        found[field_name(source, found)] = (source, part)
    return found


def subject_of(tool: ToolSketch) -> str:
    """The field that most likely names the record: a required one, an identifier before another."""
    schema = schema_of(tool)
    names = [name for name, (source, _) in fields_of(schema).items() if source in schema.get("required", ())] or list(fields_of(schema))
    return next((name for name in names if re.search(r"(^|_)(id|key|name)$", name, re.IGNORECASE) or name.endswith("Id")), names[0])


def _options(schema: Schema) -> list[Schema]:
    """What it may be, but for null."""
    kinds = schema.get("type")
    if isinstance(kinds, list):
        return [{**schema, "type": kind} for kind in kinds if kind != "null"]
    for word in ("anyOf", "oneOf"):
        if isinstance(parts := schema.get(word), list):
            return [part for part in parts if isinstance(part, dict) and part.get("type") != "null"]
    return [schema]


def _takes_null(schema: Schema) -> bool:
    kinds = schema.get("type")
    parts = [*schema.get("anyOf", ()), *schema.get("oneOf", ())]
    return (isinstance(kinds, list) and "null" in kinds) or any(isinstance(part, dict) and part.get("type") == "null" for part in parts)


def _unknown(why: str) -> _Typed:
    return _Typed("Text", f"the source {why}: give the parts that a policy looks at fields of their own")


def _choice(choices: list[Any]) -> _Typed:
    kinds = {type(choice) for choice in choices}
    if kinds not in ({str}, {int}):
        return _unknown("lets it be of several types")
    listed = ", ".join(_quoted(choice) for choice in choices)
    return _Typed(f"Literal[{listed}]" if len(listed) <= _WIDTH else _long_literal(choices))


def _long_literal(choices: list[Any]) -> str:
    return "Literal[\n" + "".join(f"        {_quoted(choice)},\n" for choice in choices) + "    ]"


def _text(schema: Schema) -> _Typed:
    pattern, fill = schema.get("pattern"), ""
    if isinstance(pattern, str) and not _checkable(pattern):
        fill = f"its pattern cannot be checked here: {_one_line(pattern)}"
        pattern = None
    least, most = _whole(schema.get("minLength")), _whole(schema.get("maxLength"))
    if pattern is None and least is None and most is None:
        return _Typed("Text", fill)
    bounds = {"min_length": least, "max_length": most or _LONGEST_TEXT, "pattern": pattern}
    return _Typed(_annotated("str", {name: value for name, value in bounds.items() if value is not None}), fill)


def _checkable(pattern: str) -> bool:
    try:
        TypeAdapter(Annotated[str, Field(pattern=pattern)])
    except SchemaError:
        return False
    return True


def _bounds(schema: Schema) -> dict[str, object]:
    words = {"minimum": "ge", "exclusiveMinimum": "gt", "maximum": "le", "exclusiveMaximum": "lt"}
    return {bound: value for word, bound in words.items() if (value := _whole(schema.get(word))) is not None}


def _whole(value: object) -> int | None:
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) and value == int(value) else None


def _annotated(kind: str, bounds: Mapping[str, object]) -> str:
    listed = ", ".join(f"{name}={_quoted(value)}" for name, value in bounds.items())
    return f"Annotated[{kind}, Field({listed})]" if listed else kind


def _quoted(value: object) -> str:
    if not isinstance(value, str):
        return repr(value)
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def _one_line(text: str) -> str:
    return " ".join(text.split()).replace("\\", "\\\\").replace('"""', "'''")[:_WIDTH].rstrip('"\\') or "Nothing is said of it."


def _used(head: str, text: str) -> str:
    """The head without what the text does not use."""
    typing = [name for name in ("Annotated", "Literal") if f"{name}[" in text]
    lines = {
        "from typing import Annotated, Literal\n\n": f"from typing import {', '.join(typing)}\n\n" if typing else "",
        "from pydantic import Field\n\n": "from pydantic import Field\n\n" if "Field(" in text else "",
        "import Payload, Text\n": "import Payload, Text\n" if re.search(r"\bText\b", text) else "import Payload\n",
    }
    for line, kept in lines.items():
        head = head.replace(line, kept)
    return head
