"""Take away what models were asked and answered in a run: who had it done, when and why is recorded, and the digests stay."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from remit.domain.errors import NotFound
from remit.domain.intent import Requester
from remit.domain.ledger import Draft, Entry, Kind
from remit.domain.model import JsonObject, Model
from remit.record_ports import Records
from remit.transcript_ports import Transcripts


class Part(Model):
    """The input or the output of one model call, by the entry that tells of the call."""

    seq: int
    side: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RedactPorts:
    records: Records
    transcripts: Transcripts


def redact(run: str, call: int | None, reason: str, requester: Requester, ports: RedactPorts) -> tuple[Part, ...]:
    """What is gone now: of one model call, or of all. It is recorded before it is deleted, so that nothing goes unrecorded; again, it
    is recorded no more and deleted once more. Raises NotFound where the run has no such model call, Unavailable."""
    entries = ports.records.entries(run)
    parts = parts_of(entries, call)
    if not parts:
        which = "model call" if call is None else f"model call at entry {call}"
        raise NotFound(f"{run} has no {which} with a transcript.")
    new = [part.name for part in parts if part.name not in set(_redacted(entries))]
    if new:
        body: JsonObject = {"transcripts": [*new], "reason": reason, "by": requester.arn}
        ports.records.commit(run, [], [Draft(kind=Kind.TRANSCRIPT_REDACTED, body=body)])
    for part in parts:
        ports.transcripts.redact(part.name)
    return parts


def parts_of(entries: Sequence[Entry], call: int | None) -> tuple[Part, ...]:
    """Where the transcripts of a run's model calls lie, or those of the call that one entry tells of."""
    calls = (entry for entry in entries if entry.kind is Kind.MODEL_CALLED and call in {None, entry.seq})
    return tuple(part for entry in calls for part in _parts(entry))


def _parts(entry: Entry) -> Iterator[Part]:
    kept = entry.body.get("archived")
    if isinstance(kept, dict):
        yield from (Part(seq=entry.seq, side=side, name=str(kept[side])) for side in ("input", "output") if kept.get(side))


def _redacted(entries: Sequence[Entry]) -> Iterator[str]:
    for entry in entries:
        names = entry.body.get("transcripts") if entry.kind is Kind.TRANSCRIPT_REDACTED else None
        yield from (str(name) for name in (names if isinstance(names, list) else ()))
