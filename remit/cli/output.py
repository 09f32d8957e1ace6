"""Where commands write: results to stdout, progress and complaints to stderr."""

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

JsonFlag = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else on stdout.")]


def out() -> Console:
    return Console(highlight=False, emoji=False, markup=False)


def err() -> Console:
    return Console(stderr=True, highlight=False, emoji=False, markup=False)


def print_json(value: object) -> None:
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False, default=str) + "\n")


def complain(message: str) -> None:
    """One line on stderr, never wrapped, so that it can be searched for and copied."""
    err().print(Text.assemble(("remit: ", "bold red"), message), soft_wrap=True)


@contextmanager
def progress(title: str, *, plain: bool = True) -> Iterator[Callable[[str], None]]:
    """Shows what goes on in a line that the yielded function changes; without a terminal, if `plain`, in one line before and one after."""
    console, started = err(), time.monotonic()
    if console.is_terminal:
        with console.status(Text(title)) as status:
            yield lambda what: status.update(Text(f"{title}: {what}", overflow="ellipsis", no_wrap=True))
    else:
        if plain:
            console.print(f"{title} …", soft_wrap=True)
        yield lambda _: None
    if plain:
        console.print(f"{title}: {time.monotonic() - started:.1f} s", soft_wrap=True)
