"""JSON lines, from a file or from stdin."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn, TextIO, TypeVar

from pydantic import ValidationError

from remit.cli.errors import CliError
from remit.domain.model import Model

M = TypeVar("M", bound=Model)


class Malformed(Exception):
    """One line: file, line number, and what is wrong with it."""


def read_lines(given: str) -> Iterator[tuple[str, str]]:
    """Each line that is not blank, with its place as file:line; `-` is stdin. Raises CliError for a file that cannot be read."""
    name = "stdin" if given == "-" else given
    try:
        with _opened(given) as file:
            yield from ((f"{name}:{number}", line) for number, line in enumerate(file, 1) if line.strip())
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise CliError(f"{name} cannot be read: {reason}. Give a file of JSON lines, or - for stdin.") from error


def parse_line(model: type[M], line: str, place: str) -> M:
    """Raises Malformed."""
    try:
        return model.model_validate(json.loads(line, parse_constant=_refuse))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise Malformed(f"{place}: {f'{where}: ' if where else ''}{first['msg']}. Correct the line.") from error
    except (ValueError, RecursionError) as error:
        raise Malformed(f"{place}: this is not JSON ({error}). Correct the line.") from error


def write_line(record: Model) -> None:
    """To stdout at once, so that whoever asks line by line is answered line by line."""
    sys.stdout.write(record.model_dump_json() + "\n")
    sys.stdout.flush()


@contextmanager
def _opened(given: str) -> Iterator[TextIO]:
    if given == "-":
        yield sys.stdin
        return
    with Path(given).open(encoding="utf-8") as file:
        yield file


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON number")
