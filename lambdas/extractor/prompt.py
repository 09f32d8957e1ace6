"""What the model that reads logs is told: its task from a versioned file, and the words that the charter has for what is kept."""

import hashlib
from collections.abc import Iterator

from remit.domain.charter import Charter
from remit.domain.extraction import MOST_STATEMENTS, Heard
from remit.domain.model import JsonObject, Model

RECORD = "record_statements"


class Prompt(Model):
    """A prompt file: `scribe.v1.md` is name `scribe`, version `v1`; `text` is the file's with the charter's words below it."""

    name: str
    version: str
    digest: str
    text: str


def make_prompt(charter: Charter, reference: str, text: str) -> Prompt:
    whole = f"{text.rstrip()}\n\n" + "\n".join(_words(charter)) + "\n"
    name, _, version = reference.rpartition(".")
    return Prompt(name=name, version=version, digest=hashlib.sha256(whole.encode()).hexdigest(), text=whole)


def record_tool() -> JsonObject:
    """The one thing that the model may answer with, as a tool with its JSON schema."""
    statement: JsonObject = Heard.model_json_schema(ref_template="#/$defs/{model}")
    defs = statement.pop("$defs", {})
    return {
        "name": RECORD,
        "description": "Record what the log says, every statement once, in the order of the log. None is an answer too.",
        "parameters": {
            "type": "object",
            "properties": {"statements": {"type": "array", "maxItems": MOST_STATEMENTS, "items": statement}},
            "required": ["statements"],
            "$defs": defs,
        },
    }


def _words(charter: Charter) -> Iterator[str]:
    yield "Namespaces:"
    yield from (f"- {name}: {spec.description}" for name, spec in charter.namespaces.items())
    yield "Predicates:"
    for name, spec in charter.predicates.items():
        yield f"- {name} ({spec.type.value}; in {', '.join(spec.namespaces)}): {spec.description}"
