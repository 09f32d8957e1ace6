"""What people type as values."""

import json
import sys
from pathlib import Path
from typing import Any

from remit.cli.errors import CliError


def json_object(given: str, option: str) -> dict[str, Any]:
    """An object given as JSON, as @file, or as - for stdin. Raises CliError."""
    text = text_of(given, option)
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        raise CliError(
            f"{option} is not JSON ({error.msg} at line {error.lineno}, column {error.colno}): quote it, or give @file."
        ) from error
    if not isinstance(value, dict):
        raise CliError(f'{option} has to be a JSON object such as \'{{"message": "…"}}\', and this is {_kind(value)}.')
    return value


def text_of(given: str, option: str) -> str:
    """A text given as such, as @file, or as - for stdin. Raises CliError."""
    if given == "-":
        return sys.stdin.read()
    if not given.startswith("@"):
        return given
    try:
        return Path(given[1:]).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise CliError(f"{option}: the file {given[1:]} cannot be read: {reason}.") from error


def _kind(value: object) -> str:
    return {list: "a list", str: "a text", bool: "a boolean", type(None): "null"}.get(type(value), "a number")
