"""What is known of a domain before a human has looked at it."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from remit.domain.identifiers import Name, ToolName
from remit.domain.model import JsonObject, Model
from remit.domain.tool_spec import Effect

FILL = "FILL:"


def _plain(text: str) -> str:
    """One line without quotes: it is written into comments and docstrings, and ends none."""
    shown = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(shown.replace('"', "'").replace("\\", "/").split())


Plain = Annotated[str, BeforeValidator(_plain)]


class ToolSketch(Model):
    """`source` is where it stands in the document, `parameters` the JSON schema of its payload without references; `hint`: what the
    document says of its effect and nobody can rely on."""

    name: ToolName
    description: str
    source: Plain
    effect: Effect = Effect.IRREVERSIBLE
    parameters: JsonObject
    hint: Plain = ""

    @property
    def own_name(self) -> str:
        """Without its domain."""
        return self.name.partition(".")[2]

    @property
    def payload(self) -> str:
        return "".join(part.capitalize() for part in self.own_name.split("_"))


class Sketch(Model):
    domain: Name
    agent: Name
    origin: Plain
    tools: Annotated[tuple[ToolSketch, ...], Field(min_length=1)]

    @property
    def asks(self) -> bool:
        """Whether anything it does has to be asked for."""
        return any(tool.effect is not Effect.READ for tool in self.tools)


class CannotDraft(Exception):
    """The document cannot be read; the message is one sentence that says where and why."""
