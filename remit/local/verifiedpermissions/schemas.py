"""The schema of a policy store."""

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from remit.local.verifiedpermissions.cedar import CedarError, parse_schema
from remit.local.verifiedpermissions.errors import ResourceNotFoundException, ServiceQuotaExceededException, invalid
from remit.local.verifiedpermissions.lookup import store_of
from remit.local.verifiedpermissions.state import Account, PolicyStore, Response, Schema

if TYPE_CHECKING:
    from mypy_boto3_verifiedpermissions import type_defs as t

_MOST_BYTES = 100_000
_MOST_NAMESPACES = 100
_RESERVED = frozenset({"aws", "amazon", "cedar"})


def put_schema(account: Account, request: "t.PutSchemaInputTypeDef") -> Response:
    """Replace the schema; `{}` removes it. Policies already in the store are not validated again."""
    store = store_of(account, request["policyStoreId"])
    text, now = request["definition"]["cedarJson"], account.now()
    document = _checked_document(text)
    created = store.schema.created if store.schema else now
    store.schema = _schema(text, document, created, now) if document else None
    store.changed()
    return {"policyStoreId": store.id, "namespaces": list(document), "createdDate": created, "lastUpdatedDate": now}


def _checked_document(text: str) -> dict[str, Any]:
    if len(text.encode()) > _MOST_BYTES:
        raise ServiceQuotaExceededException(f"A schema has at most {_MOST_BYTES} bytes", "SCHEMA")
    try:
        document = json.loads(text)
    except ValueError as error:
        raise _refused(str(error)) from error
    if not isinstance(document, dict):
        raise _refused("expected a JSON object")
    if reserved := _RESERVED.intersection(map(str.lower, document)):
        raise _refused(f"the namespace {min(reserved)} is reserved")
    if len(document) > _MOST_NAMESPACES:
        raise ServiceQuotaExceededException(f"A schema has at most {_MOST_NAMESPACES} namespaces", "SCHEMA")
    return document


def _schema(text: str, document: dict[str, Any], created: datetime, updated: datetime) -> Schema:
    try:
        return Schema(text, document, parse_schema(text), created, updated)
    except CedarError as error:
        raise _refused(str(error)) from error


def _refused(why: str) -> Exception:
    return invalid("/definition/cedarJson", f"Failed to parse the schema: {why}")


def get_schema(account: Account, request: "t.GetSchemaInputTypeDef") -> Response:
    store = store_of(account, request["policyStoreId"])
    schema = schema_of(store)
    return {
        "policyStoreId": store.id,
        "schema": schema.text,
        "createdDate": schema.created,
        "lastUpdatedDate": schema.updated,
        "namespaces": list(schema.document),
    }


def schema_of(store: PolicyStore) -> Schema:
    """The store's schema, or ResourceNotFoundException."""
    if store.schema is None:
        raise ResourceNotFoundException("SCHEMA", store.id)
    return store.schema
