"""How the things of a charter are named."""

from typing import Annotated

from pydantic import Field

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
ToolName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}\.[a-z][a-z0-9_]{0,39}$")]


def callable_name(tool: str) -> str:
    """The tool's name as a model can call it: their services take no dots."""
    return tool.replace(".", "__")


def tool_name(called: str) -> str:
    return called.replace("__", ".")
