"""What a role may be given on a domain's tables."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from remit.domain.identifiers import Name
from remit.domain.model import Model


class DataAction(StrEnum):
    """All that any agent can ever be given: one record at a time, or those of one key. Never a whole table, and never another service."""

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


# What an agent may do by itself to what stands in the namespaces that it reads.
MEMORY_READS = (ReadAction.GET, ReadAction.QUERY)


class Permission(Model):
    """What the tool's role may do on one of the domain's tables."""

    table: Name
    actions: Annotated[tuple[DataAction, ...], Field(min_length=1)]


class ReadPermission(Model):
    """What the read-back of a tool may look at."""

    table: Name
    actions: Annotated[tuple[ReadAction, ...], Field(min_length=1)]
