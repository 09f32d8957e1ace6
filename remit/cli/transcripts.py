"""remit transcripts: what models were asked and answered in a run, word for word, and how it is taken away again."""

from collections.abc import Callable, Iterator
from typing import Annotated, TypeVar

import typer

from remit.adapters.s3_transcripts import S3Transcripts
from remit.cli.errors import CliError
from remit.cli.ledger import Stage, of_runs, place_of
from remit.cli.output import JsonFlag, out, print_json
from remit.cli.target import find_target
from remit.domain.errors import Unavailable
from remit.domain.ledger import Entry
from remit.domain.model import JsonObject
from remit.transcript_ports import Transcripts
from remit.usecases.redact import Part, parts_of

T = TypeVar("T")
transcripts_app = typer.Typer(help="What models were asked and answered.", no_args_is_help=True)
Run = Annotated[str, typer.Argument(help="The run's id.")]
Reason = Annotated[str, typer.Option(help="Why it is taken away: it is recorded.")]
Call = Annotated[int | None, typer.Option(help="Only the model call that this entry of the run tells of.", min=0)]


@transcripts_app.command("show")
def show(run: Run, *, call: Call = None, stage: Stage = None, as_json: JsonFlag = False) -> None:
    """Print the messages of a run's model calls. Your AWS credentials need what the policy remit-<stage>-transcripts gives."""
    parts, kept = _parts(run, call), _transcripts(stage)
    found = [(part, _read(part, kept)) for part in parts]
    if as_json:
        print_json([{"entry": part.seq, "side": part.side, "name": part.name, "messages": messages} for part, messages in found])
        return
    for part, messages in found:
        out().print(f"entry {part.seq}, {part.side}:", soft_wrap=True)
        out().print("\n".join(_lines(messages)), soft_wrap=True)


@transcripts_app.command("redact")
def redact(run: Run, *, reason: Reason, call: Call = None, as_json: JsonFlag = False) -> None:
    """Delete what models were asked and answered in a run. The ledger keeps that it was, by whom and why, and the digests."""
    gone = find_target().client().redact(run, reason, call)
    if as_json:
        print_json([*gone.transcripts])
    else:
        out().print(f"{run}: {len(gone.transcripts)} transcripts are gone; their digests stay in the ledger.", soft_wrap=True)


def _parts(run: str, call: int | None) -> tuple[Part, ...]:
    """Raises CliError where the run has no such model call."""
    parts = parts_of([record for _, record in of_runs([run]) if isinstance(record, Entry)], call)
    if not parts:
        which = "model call" if call is None else f"model call at entry {call}"
        raise CliError(f"{run} has no {which} with a transcript: see 'remit trace {run}'.")
    return parts


def _transcripts(stage: str | None) -> Transcripts:
    place = place_of(stage)
    account = _told(lambda: place.account)
    return S3Transcripts(place.s3, place.names.transcripts(str(account), str(place.session.region_name)))


def _read(part: Part, kept: Transcripts) -> list[JsonObject] | None:
    return _told(lambda: kept.read(part.name))


def _told(call: Callable[[], T]) -> T:
    """Raises CliError where AWS does not answer, or says no."""
    try:
        return call()
    except Unavailable as error:
        raise CliError(f"{error.message} Check the stage, and that you have the policy remit-<stage>-transcripts.") from error


def _lines(messages: list[JsonObject] | None) -> Iterator[str]:
    if messages is None:
        yield "  redacted"
        return
    for message in messages:
        said = str(message.get("content") or "")
        calls = message.get("tool_calls")
        yield f"  {message.get('type')}: {said}{f' {calls}' if calls else ''}"
