"""What a domain has that its agents can be given a part of: tables, with their indexes, senders of mail, and functions of a service."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from remit.domain.identifiers import Name
from remit.domain.model import Model

# The partition key of every table by tenant, and the session tag that it is held against.
TENANT = "tenant"


class IndexSpec(Model):
    """The records of a table that have the attribute, by it, and in the order of another if there is one."""

    key: str
    sort: str | None = None

    @property
    def attributes(self) -> tuple[str, ...]:
        return (self.key,) if self.sort is None else (self.key, self.sort)


class TableSpec(Model):
    """A business table. With `tenant`, its records are kept by tenant and `key` within, and an agent reaches only its delegator's."""

    key: str
    tenant: bool = False
    indexes: dict[Name, IndexSpec] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _a_tenants_records_are_found_within_it(self) -> Self:
        if self.tenant and self.key == TENANT:
            raise PydanticCustomError("tenant_key", "key: in a table by tenant it is what tells a tenant's records apart")
        if self.tenant and any(index.key != TENANT for index in self.indexes.values()):
            raise PydanticCustomError("tenant_index", "indexes: an index of a table by tenant has the tenant for its key too")
        return self

    @property
    def partition(self) -> str:
        return TENANT if self.tenant else self.key

    @property
    def sort(self) -> str | None:
        return self.key if self.tenant else None

    def cited(self, record: str, tenant: str | None) -> str:
        """A record by the name it has in the whole table: two tenants can have one of the same."""
        return f"{tenant}/{record}" if self.tenant else record


class SenderSpec(Model):
    """An address to send mail from. Its identity is the domain's own, so that no tool can write in Remit's name."""

    address: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$")]


class OperationSpec(Model):
    """What one function of the business's own service does, so that IAM tells it from the others: `read` changes nothing."""

    effect: Literal["read", "write"]

    @property
    def reads(self) -> bool:
        return self.effect == "read"
