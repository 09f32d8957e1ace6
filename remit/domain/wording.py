"""What an agent wants, for a human: one plain sentence, and the payload field by field."""

import json
from collections.abc import Iterator
from string import Formatter

from remit.domain.intent import Intent
from remit.domain.model import Json, JsonObject, Model
from remit.domain.payload import Payload, money_fields
from remit.domain.tool_spec import ToolSpec
from remit.domain.visible import visible

_LONGEST = 300


class Wording(Model):
    """The sentence, and each field with its value as text. Nothing in them is invisible or breaks a line."""

    sentence: str
    fields: tuple[tuple[str, str], ...]


def word(tool: ToolSpec, model: type[Payload], intent: Intent) -> Wording:
    """In the charter's words, filled from the payload; without such words, the tool and what it is for."""
    money = money_fields(model)
    fields = {name: _shown(value, intent.payload, money=name in money) for name, value in intent.payload.items()}
    wish = f"use {intent.tool}: {tool.description}" if tool.asks is None else tool.asks.format_map({**_none(tool.asks), **fields})
    whole = f"The agent “{visible(intent.agent)}” wants to {wish.rstrip('.')}."
    return Wording(sentence=whole if len(whole) <= _LONGEST else f"{whole[: _LONGEST - 1]}…", fields=tuple(fields.items()))


def fields_of(asks: str) -> Iterator[str]:
    """The payload fields that the words name. Raises ValueError if they hold anything but plain {field}s."""
    for _, field, form, conversion in Formatter().parse(asks):
        if field is None:
            continue
        if not field.isidentifier() or form or conversion:
            raise ValueError(f"{{{field}}} is not the name of a field")
        yield field


def _none(asks: str) -> dict[str, str]:
    """A field that may be left out."""
    return dict.fromkeys(fields_of(asks), "none")


def _shown(value: Json, payload: JsonObject, *, money: bool) -> str:
    if money and type(value) is int:
        return visible(f"{_units(value)} {payload.get('currency', '')}".rstrip())
    return visible(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def _units(minor: int) -> str:
    return f"{'-' if minor < 0 else ''}{abs(minor) // 100:,}.{abs(minor) % 100:02d}"
