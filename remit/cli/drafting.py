"""remit init and remit import: a new domain's files, which load from the start and say what is left to a human."""

import importlib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from remit.charters import CharterError, load_charter, load_charters, load_payloads
from remit.cli.checkout import find_checkout
from remit.cli.errors import CliError
from remit.cli.output import JsonFlag, out, print_json
from remit.domain.cedar_schema import cedar_schema
from remit.domain.errors import InvalidPayload
from remit.domain.model import JsonObject
from remit.domain.payload import parse_payload
from remit.generated import pretty
from remit.scaffold.begin import begin
from remit.scaffold.documents import read_document
from remit.scaffold.draft import cases_of, draft, marks
from remit.scaffold.examples import example_of
from remit.scaffold.sketch import CannotDraft, Sketch, ToolSketch

_Domain = Annotated[str, typer.Argument(help="The new domain, such as orders.")]
_Agent = Annotated[str | None, typer.Option("--agent", help="Its agent; named as the domain if not given.")]


class Kind(StrEnum):
    OPENAPI = "openapi"
    MCP = "mcp"
    JSONSCHEMA = "jsonschema"


def init(domain: _Domain, agent: _Agent = None, as_json: JsonFlag = False) -> None:
    """Begin a domain with a small one that works: charter, policies with cases, tools, prompt and state machine."""
    root = find_checkout()
    _checked({"domain": domain, "agent": agent or domain, "origin": "-", "tools": [_ANY]}, root)
    files = begin(domain, agent or domain)
    _write(files, root)
    _report([*files, _schema(domain, root)], root, as_json)


def import_(
    kind: Annotated[Kind, typer.Argument(help="What it is: an OpenAPI 3 document, MCP's tools/list, or the JSON schema of a payload.")],
    file: Annotated[Path, typer.Argument(help="JSON or YAML.", exists=True, dir_okay=False)],
    domain: Annotated[str | None, typer.Option("--domain", help="The new domain, such as orders; named as the file if not given.")] = None,
    agent: _Agent = None,
    as_json: JsonFlag = False,
) -> None:
    """Draft a domain from what describes somebody's tools. Whatever is not known of a tool is taken for the worst."""
    root, name = find_checkout(), domain or file.name.partition(".")[0]
    sketch = _checked({"domain": name, "agent": agent or name, "origin": file.name, "tools": _tools(kind, file, name)}, root)
    files = draft(sketch)
    _write(files, root)
    schema = _schema(name, root)
    cases = cases_of(sketch, _fitting(sketch))
    _write(cases, root)
    _report([*files, *cases, schema], root, as_json)


_ANY = {"name": "any.tool", "description": "-", "source": "-", "parameters": {}}


def _tools(kind: Kind, file: Path, domain: str) -> tuple[ToolSketch, ...]:
    try:
        return read_document(file.read_text(encoding="utf-8"), kind.value, domain)
    except CannotDraft as error:
        raise CliError(f"{file}: {error}.") from error
    except UnicodeDecodeError as error:
        raise CliError(f"{file}: this is no text in UTF-8.") from error
    except ValidationError as error:
        raise _misnamed(error) from error


def _checked(given: object, root: Path) -> Sketch:
    """A sketch whose names fit and are nobody else's. Raises CliError before anything is written."""
    try:
        sketch = Sketch.model_validate(given)
        taken = {agent: charter.domain for charter in load_charters(root / "charters") for agent in charter.agents}
    except ValidationError as error:
        raise _misnamed(error) from error
    except CharterError as error:
        raise CliError(f"{error}. Correct that charter first.") from error
    if sketch.agent in taken and sketch.domain not in taken.values():
        raise CliError(f"The domain {taken[sketch.agent]} has an agent '{sketch.agent}' already: name another with --agent.")
    return sketch


def _misnamed(error: ValidationError) -> CliError:
    first = error.errors(include_url=False)[0]
    return CliError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}: names are like my-orders, at most 40 characters.")


def _write(files: Mapping[str, str], root: Path) -> None:
    """All of them, and none over what is there."""
    for path in files:
        if (root / path).exists():
            raise CliError(f"{path} is there already: nothing was written. Name another domain, or remove it.")
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")


def _schema(domain: str, root: Path) -> str:
    """The path of the Cedar schema that charter and payloads generate, now written."""
    importlib.invalidate_caches()
    try:
        charter = load_charter(root / "charters" / f"{domain}.yaml")
        load_charters(root / "charters")
    except CharterError as error:
        raise CliError(f"{error}. The files are written: correct them.") from error
    path = f"policies/{domain}/schema.json"
    (root / path).write_text(pretty(cedar_schema(charter, load_payloads(domain))), encoding="utf-8")
    return path


def _fitting(sketch: Sketch) -> Mapping[str, JsonObject]:
    """A payload for each tool whose model takes the example of its schema."""
    models, found = load_payloads(sketch.domain), dict[str, JsonObject]()
    for tool in sketch.tools:
        with suppress(InvalidPayload):
            parse_payload(models[tool.payload], found.setdefault(tool.name, example_of(tool)))
            continue
        del found[tool.name]
    return found


def _report(paths: Iterable[str], root: Path, as_json: bool) -> None:
    left = [f"{path}:{line}: {words}" for path in paths for line, words in marks((root / path).read_text(encoding="utf-8"))]
    if as_json:
        print_json({"files": [*paths], "left": left})
        return
    told = ["Written:", *(f"  {path}" for path in paths)]
    told += ["", f"Left to you ({len(left)}):", *(f"  {each}" for each in left)] if left else []
    out().print("\n".join([*told, "", "See what is left at any time: remit verify"]), soft_wrap=True)
