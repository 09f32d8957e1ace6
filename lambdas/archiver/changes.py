"""A record of the table's stream as a change of the ledger."""

from typing import Any

from pydantic import ValidationError

from remit.adapters.dynamodb_items import decode
from remit.adapters.dynamodb_ledger import entry_of
from remit.domain.archive import Happening, TableChange
from remit.domain.ledger import Entry


def change_of(record: dict[str, Any]) -> TableChange:
    """Whatever the item holds: what is no entry has none."""
    told = record["dynamodb"]
    return TableChange(
        id=str(record["eventID"]),
        what=Happening(record["eventName"]),
        run=str(told["Keys"].get("run", {}).get("S", "")),
        entry=_entry(told.get("NewImage")),
        change={name: told[name] for name in ("Keys", "OldImage", "NewImage", "SequenceNumber") if name in told},
    )


def _entry(image: dict[str, Any] | None) -> Entry | None:
    try:
        return None if image is None else entry_of(decode(image))
    except (ValidationError, ValueError, KeyError, TypeError):
        return None
