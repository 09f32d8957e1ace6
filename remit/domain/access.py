"""What a domain has that its agents can be given a part of: tables, with their indexes, and senders of mail."""

from typing import Annotated

from pydantic import Field

from remit.domain.identifiers import Name
from remit.domain.model import Model


class IndexSpec(Model):
    """The records of a table that have the attribute, by it, and in the order of another if there is one."""

    key: str
    sort: str | None = None

    @property
    def attributes(self) -> tuple[str, ...]:
        return (self.key,) if self.sort is None else (self.key, self.sort)


class TableSpec(Model):
    """A business table. With `tenant`, its partition key is the tenant: an agent reaches only its delegator's."""

    key: str
    sort: str | None = None
    tenant: bool = False
    indexes: dict[Name, IndexSpec] = Field(default_factory=dict)


class SenderSpec(Model):
    """An address to send mail from. Its identity is the domain's own, so that no tool can write in Remit's name."""

    address: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$")]
