"""Who undoes what, as Remit needs it from outside, and the changes that a commit of Records can make to it."""

from abc import ABC, abstractmethod

from remit.record_ports import Change


class Undoings(ABC):
    @abstractmethod
    def undoing(self, key: str) -> str | None:
        """The key of the action that undoes the one of this key, or was to undo it; None if there is none. Raises Unavailable."""


class ClaimUndo(Change):
    """Nobody may have claimed to undo the action, or only the one that did it in vain: `instead_of`."""

    undoes: str
    by: str
    instead_of: str | None = None


class NoteUndone(Change):
    """The action must be claimed by this one, and not be noted as undone yet."""

    undoes: str
    by: str
