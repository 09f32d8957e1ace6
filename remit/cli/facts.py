"""The commands of memory: state a fact, read it, and read how it came to be."""

import json
import re
import sys
import time
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from remit.cli.errors import CliError
from remit.cli.fact_lines import changelog, conflict_lines, context_lines, extraction_lines, fact_line, stated_line, suggestion_lines
from remit.cli.output import JsonFlag, out, print_json, progress
from remit.cli.runs import REFUSED
from remit.cli.target import find_target
from remit.fact_client import About, Extraction, FactClient, Stated

facts_app = typer.Typer(help="What is held to be true: state it, read it, and see how it came to be.", no_args_is_help=True)

_ABOUT = re.compile(r"([^:]+):(.+)")
_SOURCE = re.compile(r"(.+?)(?:\[(\d+):(\d+)\])?")
_CITED = re.compile(r"(.+)@(\d+)")

_About = Annotated[str, typer.Argument(metavar="NAMESPACE:SUBJECT", help="What the fact is about, such as logistics:zone-B.")]
_Predicate = Annotated[str, typer.Argument(help="What is said of it, such as carrier.")]
_Value = Annotated[str, typer.Argument(help="A text; or JSON for a number, true, false or a list of texts (and '\"5\"' for the text 5).")]
_Version = Annotated[int | None, typer.Option(help="The version that you take for current; refused if it is not.")]
_From = Annotated[datetime | None, typer.Option(help="Since when it holds, in UTC; now if not given.")]
_Until = Annotated[datetime | None, typer.Option(help="Until when it holds, in UTC; open if not given.")]
_Label = Annotated[str | None, typer.Option(help="public, internal or secret; never less than the charter says.")]
_Source = Annotated[str | None, typer.Option(help="Where it was said: LOG, or LOG[START:END] in characters.")]
_Derived = Annotated[list[str] | None, typer.Option(help="A fact that it follows from, as FACT@VERSION; may be given again.")]
_AsOf = Annotated[datetime | None, typer.Option(help="As it was known at this moment, in UTC.")]


@facts_app.command()
def add(
    about: _About,
    predicate: _Predicate,
    value: _Value,
    *,
    valid_from: _From = None,
    valid_until: _Until = None,
    confidentiality: _Label = None,
    source: _Source = None,
    derived_from: _Derived = None,
    as_json: JsonFlag = False,
) -> None:
    """State something new. Exit code 3 if it was kept but does not stand."""
    given = _given(valid_from, valid_until, confidentiality, source, derived_from)
    _state("ADD", _about(about, predicate), {**given, "value": _value(value)}, as_json)


@facts_app.command()
def update(
    about: _About,
    predicate: _Predicate,
    value: _Value,
    *,
    version: _Version = None,
    valid_from: _From = None,
    valid_until: _Until = None,
    confidentiality: _Label = None,
    source: _Source = None,
    derived_from: _Derived = None,
    as_json: JsonFlag = False,
) -> None:
    """Supersede what stands. Exit code 3 if a higher authority stands against it."""
    given = _given(valid_from, valid_until, confidentiality, source, derived_from)
    _state("UPDATE", _about(about, predicate), {**given, "value": _value(value), "version": version}, as_json)


@facts_app.command()
def retract(about: _About, predicate: _Predicate, *, version: _Version = None, source: _Source = None, as_json: JsonFlag = False) -> None:
    """Withdraw what stands; its history stays. Exit code 3 if a higher authority stands against it."""
    _state("DELETE", _about(about, predicate), {"version": version, "source": _source(source)}, as_json)


@facts_app.command()
def get(
    about: _About,
    predicate: _Predicate,
    *,
    as_of: _AsOf = None,
    valid_at: Annotated[datetime | None, typer.Option(help="With --as-of: what was then held of this moment, in UTC.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Show what stands, or what was held at a moment."""
    fact = _client().fact(_about(about, predicate), _utc(as_of), _utc(valid_at))
    _show(fact.model_dump(mode="json"), fact_line(fact), as_json)


@facts_app.command()
def history(about: _About, predicate: _Predicate, as_json: JsonFlag = False) -> None:
    """Show every version, newest first: who said what, when, and what became of it."""
    versions = _client().history(_about(about, predicate))
    _show([version.model_dump(mode="json") for version in versions], changelog(versions), as_json)


@facts_app.command()
def context(
    agent: Annotated[str, typer.Argument(help="The agent, such as planner.")], as_of: _AsOf = None, as_json: JsonFlag = False
) -> None:
    """Show what the agent's model is shown."""
    seen = _client().context(agent, _utc(as_of))
    _show(seen.model_dump(mode="json"), context_lines(seen), as_json)


@facts_app.command()
def conflicts(namespace: Annotated[str, typer.Argument(help="Such as logistics.")], as_json: JsonFlag = False) -> None:
    """List what contradicts a higher authority and waits for a human, oldest first."""
    claims = _client().conflicts(namespace)
    _show([claim.model_dump(mode="json") for claim in claims], conflict_lines(claims), as_json)


@facts_app.command()
def suggestions(namespace: Annotated[str, typer.Argument(help="Such as logistics.")], as_json: JsonFlag = False) -> None:
    """List what was only suggested and nobody has taken up, oldest first."""
    claims = _client().suggestions(namespace)
    _show([claim.model_dump(mode="json") for claim in claims], suggestion_lines(claims), as_json)


@facts_app.command()
def adopt(
    namespace: Annotated[str, typer.Argument(help="Such as logistics.")],
    claim: Annotated[str, typer.Argument(help="The id of a suggestion or a conflict, or how it begins.")],
    as_json: JsonFlag = False,
) -> None:
    """State what was suggested, or claimed, as your own word. Exit code 3 if a higher authority stands against it."""
    client = _client()
    known = [each.id for each in (*client.suggestions(namespace), *client.conflicts(namespace)) if each.id.startswith(claim)]
    if len(known) != 1:
        raise CliError(f"{len(known)} claims of {namespace} begin with '{claim}': see remit facts suggestions {namespace}, and conflicts.")
    _show_stated(client.adopt(namespace, known[0]), as_json)


@facts_app.command()
def extract(
    log: Annotated[str, typer.Argument(metavar="FILE|s3://…", help="A text file, - for stdin, or where it lies in the bucket of logs.")],
    *,
    domain: Annotated[str | None, typer.Option(help="Whose vocabulary it is read with; needed where several domains read logs.")] = None,
    authority: Annotated[str | None, typer.Option(help="A lower authority than yours, for a log of somebody else's.")] = None,
    again: Annotated[bool, typer.Option("--again", help="Read it anew, though it was read before.")] = False,
    deadline: Annotated[float, typer.Option(help="How many seconds to wait at most.", min=1)] = 120,
    as_json: JsonFlag = False,
) -> None:
    """Have a log read for what it says; each statement is decided on like any action. Exit code 3 if the reading failed."""
    client, given = _client(), {"domain": domain, "authority": authority, "again": str(uuid.uuid4()) if again else None}
    with progress(f"Reading {log}", plain=False):
        handed = client.extract(log=log, **given) if log.startswith("s3://") else client.extract(text=_text_of(log), **given)
        seen = _read(client, handed, deadline)
    _show(seen.model_dump(mode="json"), extraction_lines(seen), as_json)
    if seen.outcome == "FAILED" or seen.status not in {"RUNNING", "SUCCEEDED"}:
        raise typer.Exit(REFUSED)


def _read(client: FactClient, seen: Extraction, deadline: float) -> Extraction:
    """Once it has ended or only waits for a human; or as it stands at the deadline."""
    end = time.monotonic() + deadline
    while not (seen.ended or seen.waits) and time.monotonic() < end:
        time.sleep(0.3)
        seen = client.extraction(seen.run)
    return seen


def _text_of(log: str) -> str:
    try:
        return (sys.stdin.buffer.read() if log == "-" else Path(log).read_bytes()).decode()
    except UnicodeDecodeError as error:
        raise CliError(f"{log} is no text in UTF-8.") from error
    except OSError as error:
        raise CliError(f"{log} cannot be read: {error.strerror}. Name a file, - for stdin, or an address in the bucket of logs.") from error


def _state(operation: str, about: About, given: dict[str, object], as_json: bool) -> None:
    _show_stated(_client().state(operation, about, **given), as_json)


def _show_stated(stated: Stated, as_json: bool) -> None:
    _show(stated.model_dump(mode="json"), stated_line(stated), as_json)
    if stated.claim is not None:
        raise typer.Exit(REFUSED)


def _show(value: object, text: str, as_json: bool) -> None:
    if as_json:
        print_json(value)
    else:
        out().print(text, soft_wrap=True)


def _client() -> FactClient:
    return FactClient(find_target().client())


def _about(about: str, predicate: str) -> About:
    match = _ABOUT.fullmatch(about)
    if match is None:
        raise CliError(f"'{about}' does not say what the fact is about: give NAMESPACE:SUBJECT, such as logistics:zone-B.")
    return About(match[1], match[2], predicate)


def _value(given: str) -> Any:  # noqa: ANN401 (whatever JSON holds)
    """A text is itself: only what is a number, true, false, a list or a quoted text is JSON."""
    try:
        return json.loads(given)
    except json.JSONDecodeError:
        return given


def _given(
    valid_from: datetime | None, valid_until: datetime | None, confidentiality: str | None, source: str | None, derived: list[str] | None
) -> dict[str, object]:
    moments = {name: moment.isoformat() for name, at in (("valid_from", valid_from), ("valid_until", valid_until)) if (moment := _utc(at))}
    cited = [_cited(each) for each in derived or []]
    return {**moments, "confidentiality": confidentiality, "source": _source(source), "derived_from": cited or None}


def _source(given: str | None) -> dict[str, object] | None:
    match = _SOURCE.fullmatch(given) if given else None
    if match is None:
        return None
    span = {"start": int(match[2]), "end": int(match[3])} if match[2] else None
    return {"log": match[1], "span": span}


def _cited(given: str) -> dict[str, object]:
    match = _CITED.fullmatch(given)
    if match is None:
        raise CliError(f"--derived-from '{given}' is no version of a fact: give FACT@VERSION, such as logistics:zone-B/carrier@2.")
    return {"id": match[1], "version": int(match[2])}


def _utc(moment: datetime | None) -> datetime | None:
    return moment if moment is None or moment.tzinfo else moment.replace(tzinfo=UTC)
