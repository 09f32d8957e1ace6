"""Where a fact that policies look at comes from: a business table, or memory."""

from typing import Annotated

from pydantic import Discriminator, Field, Tag

from remit.domain.cedar_type import CedarType
from remit.domain.fact_key import FactKey, Namespace, PredicateName
from remit.domain.identifiers import Name
from remit.domain.model import Model


class RecordFactSpec(Model):
    """A record of a business table that policies may look at; `key` is the payload field that names it."""

    table: Name
    key: str
    attributes: Annotated[dict[str, CedarType], Field(min_length=1)]

    def id_of(self, key: str) -> str:
        """How the record is cited."""
        return f"{self.table}/{key}"


class StoredFactSpec(Model):
    """What stands in memory, as policies may look at it; `key` is the payload field that names the subject, `type` the predicate's."""

    namespace: Namespace
    predicate: PredicateName
    key: str
    type: CedarType

    @property
    def attributes(self) -> dict[str, CedarType]:
        return {"value": self.type, "authority": CedarType.STRING, "integrity": CedarType.STRING}

    def id_of(self, subject: str) -> str:
        """How the fact is cited; also for what cannot be a subject."""
        return f"{self.namespace}:{subject}/{self.predicate}"

    def key_of(self, subject: str) -> FactKey:
        """Raises ValueError for what cannot be a subject."""
        return FactKey(namespace=self.namespace, subject=subject, predicate=self.predicate)


def _source(given: object) -> str:
    remembered = isinstance(given, StoredFactSpec) or (isinstance(given, dict) and "predicate" in given)
    return "[stored]" if remembered else "[record]"


FactSpec = Annotated[Annotated[RecordFactSpec, Tag("[record]")] | Annotated[StoredFactSpec, Tag("[stored]")], Discriminator(_source)]
