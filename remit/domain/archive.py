"""What becomes of a change of the ledger's table: an entry that was added, or something that must not happen."""

from datetime import datetime
from enum import StrEnum

from remit.domain.ledger import Entry, is_intact
from remit.domain.model import JsonObject, Model


class Happening(StrEnum):
    """As the table's stream names them."""

    INSERT = "INSERT"
    MODIFY = "MODIFY"
    REMOVE = "REMOVE"


class Irregular(Model):
    """A change that no part of Remit makes, as it came. `id` is the change's own."""

    id: str
    run: str
    why: str
    change: JsonObject


class TableChange(Model):
    """One record of the table's stream; `entry` is what the new item says, if it is an entry."""

    id: str
    what: Happening
    run: str
    entry: Entry | None = None
    change: JsonObject


class Parcel(Model):
    """Something in the archive, and when it was put there by the archive's own clock, to the second."""

    key: str
    at: datetime
    irregular: bool


_WHY = {Happening.MODIFY: "an entry was overwritten", Happening.REMOVE: "an entry was deleted"}


def sort_change(change: TableChange) -> Entry | Irregular:
    """An entry that was added and says what its hash says, or whatever else happened to the table."""
    if change.what is Happening.INSERT and change.entry is not None and is_intact(change.entry):
        return change.entry
    why = _WHY.get(change.what, "an item was added that is no entry, or not the one that its hash says")
    return Irregular(id=change.id, run=change.run, why=why, change=change.change)
