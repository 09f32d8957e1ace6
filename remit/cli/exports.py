"""An export of the ledger: a line of JSON for each entry, each seal, and the key that seals are verified with."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from remit.cli.errors import CliError
from remit.cli.jsonl import Malformed, parse_line, read_lines
from remit.domain.ledger import Entry
from remit.domain.seal import PublicKey, Seal
from remit.domain.sealing import SealLine
from remit.domain.tampering import Line

Record = Entry | Seal | PublicKey

# What tells the lines apart: a field that only one kind of them has.
_MODELS: dict[str, type[Record]] = {"seal": Seal, "public_key": PublicKey}


class Numbered(NamedTuple):
    """A record and its line, counted from 1."""

    number: int
    record: Record


@dataclass(frozen=True, slots=True)
class Sorted:
    """The lines of an export by what they are."""

    entries: list[Line] = field(default_factory=list)
    seals: list[SealLine] = field(default_factory=list)
    keys: list[PublicKey] = field(default_factory=list)


def read_export(given: str) -> Iterator[Numbered]:
    """The records of a file, or of stdin for `-`. Raises CliError for a line that is nothing of an export."""
    try:
        for place, line in read_lines(given):
            yield Numbered(int(place.rpartition(":")[2]), parse_line(_model_of(line), line, place))
    except Malformed as problem:
        raise CliError(f"{problem} Entries come from 'remit ledger export'.") from problem


def entries_of(records: Iterable[Numbered]) -> Iterator[Entry]:
    return (record for _, record in records if isinstance(record, Entry))


def sort_export(records: Iterable[Numbered]) -> Sorted:
    found = Sorted()
    for number, record in records:
        match record:
            case Entry():
                found.entries.append(Line(number, record))
            case Seal():
                found.seals.append(SealLine(number, record))
            case PublicKey():
                found.keys.append(record)
    return found


def _model_of(line: str) -> type[Record]:
    try:
        read = json.loads(line)
    except (ValueError, RecursionError):
        return Entry
    fields = read if isinstance(read, dict) else {}
    return next((model for name, model in _MODELS.items() if name in fields), Entry)
