"""What processes have resident, as Linux tells it."""

import os
from collections.abc import Iterator
from pathlib import Path

_PROC, _PAGE = Path("/proc"), os.sysconf("SC_PAGE_SIZE")


def resident(pid: int) -> int:
    """Bytes; none of a process that is gone."""
    try:
        return int((_PROC / str(pid) / "statm").read_text(encoding="ascii").split()[1]) * _PAGE
    except OSError:
        return 0


def descendants(pid: int) -> Iterator[int]:
    """Its children, and theirs."""
    children = _children().get(pid, [])
    yield from children
    for child in children:
        yield from descendants(child)


def _children() -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for folder in _PROC.iterdir():
        if folder.name.isdigit() and (parent := _parent(folder)):
            found.setdefault(parent, []).append(int(folder.name))
    return found


def _parent(folder: Path) -> int | None:
    try:
        # After the name in parentheses, which can hold anything: the state, then the parent.
        return int((folder / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[1])
    except OSError:
        return None
