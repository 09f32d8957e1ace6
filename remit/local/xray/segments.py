"""Segment documents: what of one X-Ray takes, and what it makes of all that a trace has.

Source: https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

Document = dict[str, Any]
_MOST_BYTES = 64_000


class InvalidSegment(Exception):
    """The message says what is wrong; `segment` is its id, if it has one."""

    def __init__(self, message: str, segment: str | None = None) -> None:
        super().__init__(message)
        self.segment = segment


class _Segment(BaseModel):
    """The part of a document that has to be right."""

    model_config = ConfigDict(extra="allow")

    id: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
    trace_id: Annotated[str, Field(pattern=r"^1-[0-9a-f]{8}-[0-9a-f]{24}$")]
    name: Annotated[str, Field(min_length=1, max_length=200)]
    start_time: float


def parse(text: str) -> Document:
    """A segment, or a subsegment that came by itself. Raises InvalidSegment."""
    if len(text.encode()) > _MOST_BYTES:
        raise InvalidSegment(f"A segment document has at most {_MOST_BYTES} bytes.")
    try:
        document: Document = json.loads(text)
    except ValueError as error:
        raise InvalidSegment("The segment document is not JSON.") from error
    try:
        _Segment.model_validate(document)
    except ValidationError as error:
        first = error.errors()[0]
        known = document.get("id") if isinstance(document, dict) else None
        raise InvalidSegment(f"{'.'.join(map(str, first['loc']))}: {first['msg']}", str(known) if known else None) from error
    return document


def assembled(documents: Iterable[Document]) -> list[Document]:
    """The segments by time, each subsegment that came by itself in its parent; one whose parent is not known stays as it came."""
    copies = [{**document, "subsegments": [*document.get("subsegments", ())]} for document in documents]
    parents = {entity["id"]: entity for copy in copies for entity in walk(copy)}
    roots: list[Document] = []
    for copy in sorted(copies, key=lambda each: each["start_time"]):
        parent = parents.get(copy.get("parent_id")) if copy.get("type") == "subsegment" else None
        (roots if parent is None else parent.setdefault("subsegments", [])).append(copy)
    return roots


def walk(document: Document) -> Iterator[Document]:
    """The segment and all that is in it."""
    yield document
    for child in document.get("subsegments", ()):
        yield from walk(child)


def annotations(documents: Iterable[Document]) -> Iterator[tuple[str, str | int | float | bool, str]]:
    """(key, value, name of the segment) of every annotation."""
    for document in documents:
        for entity in walk(document):
            held: Mapping[str, Any] = entity.get("annotations") or {}
            yield from ((key, value, document["name"]) for key, value in held.items())
