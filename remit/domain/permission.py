"""What a role may be given: on a domain's tables, to send mail, and to call the functions of the business's own service."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from remit.domain.access import TENANT
from remit.domain.identifiers import Name
from remit.domain.model import Model

# What a sender is good for, and an operation of a service: the only actions that are not on a table.
SEND_MAIL = "ses:SendEmail"
CALL = "lambda:InvokeFunction"


class DataAction(StrEnum):
    """All that any agent can ever be given on a table: one record at a time, or those of one key. Never a whole table."""

    BATCH_GET = "dynamodb:BatchGetItem"
    CONDITION_CHECK = "dynamodb:ConditionCheckItem"
    DELETE = "dynamodb:DeleteItem"
    GET = "dynamodb:GetItem"
    PUT = "dynamodb:PutItem"
    QUERY = "dynamodb:Query"
    UPDATE = "dynamodb:UpdateItem"


class ReadAction(StrEnum):
    """The part of them that changes nothing: all that a read-back can ever be given."""

    BATCH_GET = DataAction.BATCH_GET.value
    GET = DataAction.GET.value
    QUERY = DataAction.QUERY.value


# The keys of whoever the session that asks is tagged with.
OWN_TENANT = f"${{aws:PrincipalTag/{TENANT}}}"


def only_keys(*keys: str) -> Mapping[str, Any]:
    """The condition of IAM that a request names some of these partition keys, and no other."""
    # Of no keys at all, all are equal to anything.
    return {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": [*keys]}, "Null": {"dynamodb:LeadingKeys": "false"}}


# What an agent may do by itself to what stands in the namespaces that it reads.
MEMORY_READS = (ReadAction.GET, ReadAction.QUERY)


class Permission(Model):
    """What the tool's role may do on one of the domain's tables, or on an index of it."""

    table: Name
    index: Name | None = None
    actions: Annotated[tuple[DataAction, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _an_index_is_only_queried(self) -> Self:
        if self.index and set(self.actions) != {DataAction.QUERY}:
            raise PydanticCustomError("index", "An index can be given dynamodb:Query and nothing else")
        return self


class ReadPermission(Model):
    """What the read-back of a tool may look at."""

    table: Name
    actions: Annotated[tuple[ReadAction, ...], Field(min_length=1)]
