"""What is known of the data that a machine carries from state to state: where each part of it comes from.

A value is written as its origin: the state that made it (or the run's input), and the path into what that state made. Two paths with
one origin hold the same value. What cannot be followed has no origin, and equals nothing.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

from remit.domain.canonical import canonical
from remit.domain.model import Json

Path = tuple[str | int, ...]

INPUT = "(input)"
CONTEXT = "(context)"
_CONSTANT = "(constant)"
_STEP = re.compile(r"\.([\w-]+)|\['([^']+)'\]|\[([0-9]+)\]")
# These are the same from a run's beginning to its end.
_OF_THE_RUN = ("Execution", "StateMachine")


class Origin(NamedTuple):
    made_by: str
    path: Path = ()


def constant(value: Json) -> Origin:
    """Equal constants have equal origins."""
    return Origin(_CONSTANT, (canonical(value).decode(),))


def parse_path(text: str) -> Path | None:
    """The steps of a reference path such as $.a.b[0]; None for what may select anything else."""
    if not text.startswith("$"):
        return None
    steps = _STEP.findall(text)
    if "".join(match.group() for match in _STEP.finditer(text)) != text[1:]:
        return None
    return tuple(int(index) if index else name or quoted for name, quoted, index in steps)


class Document(NamedTuple):
    """Origins by path; a part that is not named has that of the nearest part around it."""

    parts: tuple[tuple[Path, Origin | None], ...]

    @classmethod
    def of(cls, parts: Mapping[Path, Origin | None]) -> "Document":
        return cls(tuple(sorted(parts.items(), key=lambda part: [str(step) for step in part[0]])))

    def origin(self, path: Path) -> Origin | None:
        """None if it is unknown, or put together from parts."""
        known = dict(self.parts)
        if any(part != path and part[: len(path)] == path for part in known):
            return None
        for length in range(len(path), -1, -1):
            if path[:length] in known:
                found = known[path[:length]]
                return None if found is None else _deeper(found, path[length:])
        return None

    def below(self, path: Path) -> "dict[Path, Origin | None]":
        """The part at the path with all of its parts, by their paths from there."""
        inside = {part[len(path) :]: origin for part, origin in self.parts if part[: len(path)] == path}
        return {(): self._around(path), **inside} if () not in inside else inside

    def put(self, path: Path, parts: "Mapping[Path, Origin | None]") -> "Document":
        kept = {part: origin for part, origin in self.parts if part[: len(path)] != path}
        return Document.of({**kept, **{(*path, *part): origin for part, origin in parts.items()}})

    def forget(self, made_by: str) -> "Document":
        """The same after that state has made something new: what it made before is not what it makes now."""
        return Document.of({path: None if origin and origin.made_by == made_by else origin for path, origin in self.parts})

    def _around(self, path: Path) -> Origin | None:
        return Document.of({part: origin for part, origin in self.parts if part == path[: len(part)]}).origin(path)


def filled(template: Json, document: Document, state: str) -> dict[Path, Origin | None]:
    """What a template makes of the document, in that state."""
    if isinstance(template, dict):
        parts: dict[Path, Origin | None] = {(): None}
        for name, value in template.items():
            inside = _selected(value, document, state) if name.endswith(".$") else filled(value, document, state)
            parts |= {(name.removesuffix(".$"), *path): origin for path, origin in inside.items()}
        return parts
    if isinstance(template, list):
        members = [filled(each, document, state) for each in template]
        return {(): None, **{(index, *path): origin for index, each in enumerate(members) for path, origin in each.items()}}
    return {(): constant(template)}


def _selected(text: Json, document: Document, state: str) -> dict[Path, Origin | None]:
    if isinstance(text, str) and text.startswith("$$"):
        return {(): _context(parse_path(text[1:]), state)}
    path = parse_path(text) if isinstance(text, str) else None
    # A function's result, or a selection of many: something that is made here and is known nowhere else.
    return {(): Origin(state, (str(text),))} if path is None else document.below(path)


def _context(path: Path | None, state: str) -> Origin:
    made_by = CONTEXT if path and path[0] in _OF_THE_RUN else state
    return Origin(made_by, ("$$", *(path or ("?",))))


def _deeper(origin: Origin, rest: Path) -> Origin | None:
    """A part of a constant is not followed."""
    if not rest:
        return origin
    return None if origin.made_by == _CONSTANT else Origin(origin.made_by, (*origin.path, *rest))
