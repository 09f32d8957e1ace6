"""What a fact is about, and how one version of it is cited."""

from typing import Annotated

from pydantic import Field

from remit.domain.model import Model

Namespace = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
PredicateName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
# ASCII only: two spellings that look the same would be two subjects.
Subject = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:@+-]{0,127}$")]


class FactRef(Model):
    """Which record or statement, at which version, something rested on."""

    id: str
    version: int


class FactKey(Model):
    """There is one answer at a time to what a subject's predicate is in a namespace."""

    namespace: Namespace
    subject: Subject
    predicate: PredicateName

    @property
    def id(self) -> str:
        """As decisions cite it: `logistics:zone-B/carrier`."""
        return f"{self.namespace}:{self.place}"

    @property
    def place(self) -> str:
        """The key within its namespace; sorts by subject."""
        return f"{self.subject}/{self.predicate}"


def key_of(cited: str) -> FactKey | None:
    """The key behind an id; None for the id of a business record."""
    namespace, colon, place = cited.partition(":")
    subject, slash, predicate = place.rpartition("/")
    return FactKey(namespace=namespace, subject=subject, predicate=predicate) if colon and slash and "/" not in namespace else None
