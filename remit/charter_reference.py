"""The charter's schema as a page that people read: one section for each kind of thing, one line for each field."""

from collections.abc import Iterator

from remit.domain.model import Json, JsonObject

_HEAD = """# Charter reference

Every field of `charters/<domain>.yaml`, generated from the models that read it (`python -m stacks.generated`). A field without a default
has to be there; a field that is not listed is refused, with file and line. An editor that knows
[`charters/charter.schema.json`](../charters/charter.schema.json) completes and checks while you write.
"""
_SHOWN = 40


def charter_reference(schema: JsonObject) -> str:
    """Markdown for the JSON schema of charters."""
    definitions = _object(schema["$defs"])
    sections = [_section("The charter", schema), *(_section(name, _object(kind)) for name, kind in definitions.items())]
    return "\n".join((_HEAD, *sections))


def _section(name: str, kind: JsonObject) -> str:
    told = " ".join(str(kind.get("description", "")).split())
    if "enum" in kind:
        values = " · ".join(f"`{value}`" for value in _list(kind["enum"]))
        return f"## {name}\n\n{told}{' ' if told else ''}One of {values}.\n"
    required = _list(kind.get("required", []))
    lines = (_line(field, _object(spec), field in required) for field, spec in _object(kind["properties"]).items())
    table = "\n".join(("| field | type | default | |", "|---|---|---|---|", *lines))
    return f"## {name}\n\n{told}{chr(10) * 2 if told else ''}{table}\n"


def _line(field: str, spec: JsonObject, required: bool) -> str:
    default = "" if required else f"`{_short(spec.get('default', _empty(spec)))}`"
    return f"| `{field}` | {_type(spec)} | {default} | {' '.join(str(spec.get('description', '')).split())} |"


def _type(spec: JsonObject) -> str:
    """In words, with links to what is described here."""
    if "$ref" in spec:
        name = str(spec["$ref"]).rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if choices := spec.get("anyOf") or spec.get("oneOf"):
        return " or ".join(_type(_object(choice)) for choice in _list(choices) if choice != {"type": "null"})
    if "const" in spec:
        return f"`{spec['const']}`"
    if "patternProperties" in spec or "additionalProperties" in spec:
        return f"by name: {_type(_inside(spec))}"
    if "items" in spec:
        return f"list of {_type(_object(spec['items']))}"
    return " ".join((str(spec.get("type", "any")), *_bounds(spec)))


def _inside(spec: JsonObject) -> JsonObject:
    named = _object(spec.get("patternProperties", {}))
    return _object(next(iter(named.values()), spec.get("additionalProperties", {})))


def _bounds(spec: JsonObject) -> Iterator[str]:
    if "pattern" in spec:
        pattern = str(spec["pattern"]).replace("|", "\\|")
        yield f"like `{pattern}`"
    if "minimum" in spec or "maximum" in spec:
        yield f"from {spec.get('minimum', '…')} to {spec.get('maximum', '…')}"


def _empty(spec: JsonObject) -> Json:
    return {} if spec.get("type") == "object" else []


def _short(value: Json) -> str:
    if value is None or isinstance(value, bool):
        return "none" if value is None else str(value).lower()
    return text if len(text := str(value)) <= _SHOWN else "see there"


def _object(value: Json) -> JsonObject:
    return value if isinstance(value, dict) else {}


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []
