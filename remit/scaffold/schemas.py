"""JSON schemas as their documents have them: references resolved, parts joined, names made fit."""

import keyword
import re
from collections.abc import Collection
from typing import Any

from pydantic import BaseModel

from remit.domain.model import JsonObject

Schema = dict[str, Any]
_LONGEST_NAME = 40


def inlined(schema: Any, document: JsonObject, seen: tuple[str, ...] = ()) -> Any:  # noqa: ANN401 - whatever the document holds
    """Without references and `allOf`. What refers to itself or to another document becomes {}, of which nothing is known."""
    if isinstance(schema, list):
        return [inlined(each, document, seen) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if isinstance(ref := schema.get("$ref"), str):
        found = None if ref in seen else _at(ref, document)
        return {} if found is None else inlined({**found, **_without(schema, "$ref")}, document, (*seen, ref))
    flat = {name: inlined(value, document, seen) for name, value in schema.items()}
    return _joined(flat) if isinstance(flat.get("allOf"), list) else flat


def snake(text: str) -> str:
    """`createOrder`, `create-order` and `Create Order` are create_order; empty if there is no letter in it."""
    words = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", text)
    return re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_").lstrip("0123456789_")[:_LONGEST_NAME].rstrip("_")


def field_name(name: str, taken: Collection[str]) -> str:
    """The same where Python and Pydantic let it be."""
    fit = re.sub(r"\W", "_", name, flags=re.ASCII).strip("_") or "field"
    fit = f"n{fit}" if fit[0].isdigit() else fit
    if keyword.iskeyword(fit) or hasattr(BaseModel, fit) or fit.startswith("model_"):
        fit = f"{fit}_"
    return unique(fit, taken)


def unique(name: str, taken: Collection[str]) -> str:
    found, number = name, 2
    while found in taken:
        found, number = f"{name[: _LONGEST_NAME - 3]}_{number}", number + 1
    return found


def _at(ref: str, document: JsonObject) -> Schema | None:
    found: Any = document
    if not ref.startswith("#/"):
        return None
    for part in ref[2:].split("/"):
        found = found.get(part.replace("~1", "/").replace("~0", "~")) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else None


def _joined(schema: Schema) -> Schema:
    whole = _without(schema, "allOf")
    for part in schema["allOf"]:
        for name, value in (part if isinstance(part, dict) else {}).items():
            before = whole.get(name)
            if name == "properties" and isinstance(before, dict):
                whole[name] = {**before, **value}
            elif name == "required" and isinstance(before, list):
                whole[name] = [*before, *value]
            else:
                whole.setdefault(name, value)
    return whole


def _without(schema: Schema, name: str) -> Schema:
    return {key: value for key, value in schema.items() if key != name}
