"""On whose behalf a command asks: the person's token, which is never an argument, as others could read it there."""

import os
from typing import Annotated
from urllib.parse import urlsplit

import typer

from remit.cli.errors import CliError
from remit.cli.target import find_root, people_of, running_cloud
from remit.cli.values import text_of

_HERE = "http://127.0.0.1"
_OPTION = "--on-behalf-of"
OnBehalfOf = Annotated[
    str | None,
    typer.Option(_OPTION, metavar="PERSON", help="Whose agent it is for: @FILE or - with their token, or on the local cloud their name."),
]


def token_of(person: str | None) -> str | None:
    """The token of the person named, or given in a file or on stdin. Raises CliError, LocalCloudError."""
    if person is None:
        return None
    if person == "-" or person.startswith("@"):
        return text_of(person, _OPTION).strip()
    if urlsplit(os.environ.get("REMIT_API_URL", _HERE)).hostname != urlsplit(_HERE).hostname:
        raise CliError(f"{_OPTION} takes @FILE or - with the person's token: only the local cloud signs people in by their name.")
    return people_of(running_cloud(find_root())).sign_in(person)
