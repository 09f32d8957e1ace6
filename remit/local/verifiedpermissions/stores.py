"""Policy stores, their aliases and their tags."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from remit.local.verifiedpermissions.errors import (
    ConflictException,
    InvalidStateException,
    ResourceNotFoundException,
    ServiceQuotaExceededException,
    TooManyTagsException,
    ValidationException,
    invalid,
)
from remit.local.verifiedpermissions.lookup import ALIAS_PREFIX, alias_of, page, store_of
from remit.local.verifiedpermissions.state import Account, Alias, PolicyStore, Response, new_id

if TYPE_CHECKING:
    from mypy_boto3_verifiedpermissions import type_defs as t

_MOST_TAGS = 50
_MOST_ALIASES = 10


def create_policy_store(account: Account, request: "t.CreatePolicyStoreInputTypeDef") -> Response:
    tags = _checked_tags("", request.get("tags", {}))
    now, store_id = account.now(), new_id()
    store = PolicyStore(store_id, account.store_arn(store_id), request["validationSettings"]["mode"], now, now, tags=tags)
    store.description = request.get("description")
    store.deletion_protection = request.get("deletionProtection", "DISABLED")
    store.encryption = _encryption_state(request.get("encryptionSettings"))
    account.stores[store_id] = store
    return _stamp(store)


def _encryption_state(settings: "t.EncryptionSettingsTypeDef | None") -> Response:
    kms = settings.get("kmsEncryptionSettings") if settings else None
    return {"kmsEncryptionState": {"encryptionContext": {}, **kms}} if kms else {"default": {}}


def _stamp(store: PolicyStore) -> Response:
    return {"policyStoreId": store.id, "arn": store.arn, "createdDate": store.created, "lastUpdatedDate": store.updated}


def get_policy_store(account: Account, request: "t.GetPolicyStoreInputTypeDef") -> Response:
    store = store_of(account, request["policyStoreId"])
    return {
        **_stamp(store),
        "validationSettings": {"mode": store.mode},
        "description": store.description,
        "deletionProtection": store.deletion_protection,
        "encryptionState": store.encryption,
        "cedarVersion": "CEDAR_4",
        "tags": (store.tags or None) if request.get("tags") else None,
    }


def list_policy_stores(account: Account, request: "t.ListPolicyStoresInputTypeDef") -> Response:
    stores, token = page(request, list(account.stores.values()), lambda store: store.id)
    return {"policyStores": [{**_stamp(store), "description": store.description} for store in stores], "nextToken": token}


def update_policy_store(account: Account, request: "t.UpdatePolicyStoreInputTypeDef") -> Response:
    store = store_of(account, request["policyStoreId"])
    store.mode = request["validationSettings"]["mode"]
    store.deletion_protection = request.get("deletionProtection", store.deletion_protection)
    store.description = request.get("description", store.description)
    store.updated = account.now()
    return _stamp(store)


def delete_policy_store(account: Account, request: "t.DeletePolicyStoreInputTypeDef") -> Response:
    store_id = request["policyStoreId"]
    if store_id.startswith(ALIAS_PREFIX):
        raise invalid("/policyStoreId", "A policy store is deleted by its id, not by an alias")
    store = account.stores.get(store_id)
    if store and store.deletion_protection == "ENABLED":
        raise InvalidStateException(f"Policy store {store_id} has deletion protection enabled")
    account.stores.pop(store_id, None)
    for alias in [alias for alias in account.aliases.values() if alias.store_id == store_id]:
        del account.aliases[alias.name]
    return {}


def create_policy_store_alias(account: Account, request: "t.CreatePolicyStoreAliasInputTypeDef") -> Response:
    name, store_id = _alias_name(request["aliasName"]), request["policyStoreId"]
    if store_id.startswith(ALIAS_PREFIX):
        raise invalid("/policyStoreId", "An alias is associated with a policy store's id, not with another alias")
    store_of(account, store_id)
    existing = alias_of(account, name)
    if existing and (existing.deleted or existing.store_id != store_id):
        raise ConflictException(f"The alias {name} is taken", "POLICY_STORE_ALIAS", name)
    alias = existing or _new_alias(account, name, store_id)
    return _describe_alias(alias, with_state=False)


def _new_alias(account: Account, name: str, store_id: str) -> Alias:
    if sum(alias.store_id == store_id for alias in account.aliases.values()) >= _MOST_ALIASES:
        raise ServiceQuotaExceededException(f"A policy store has at most {_MOST_ALIASES} aliases", "POLICY_STORE_ALIAS", name)
    return account.aliases.setdefault(name, Alias(name, account.alias_arn(name), store_id, account.now()))


def _alias_name(name: str) -> str:
    if not name.startswith(ALIAS_PREFIX) or name == ALIAS_PREFIX:
        raise invalid("/aliasName", f"An alias must begin with {ALIAS_PREFIX}")
    return name


def _describe_alias(alias: Alias, with_state: bool = True) -> Response:
    described = {"aliasName": alias.name, "policyStoreId": alias.store_id, "aliasArn": alias.arn, "createdAt": alias.created}
    return {**described, "state": alias.state} if with_state else described


def get_policy_store_alias(account: Account, request: "t.GetPolicyStoreAliasInputTypeDef") -> Response:
    alias = alias_of(account, _alias_name(request["aliasName"]))
    if alias is None:
        raise ResourceNotFoundException("POLICY_STORE_ALIAS", request["aliasName"])
    return _describe_alias(alias)


def list_policy_store_aliases(account: Account, request: "t.ListPolicyStoreAliasesInputTypeDef") -> Response:
    wanted = request.get("filter", {}).get("policyStoreId")
    held = [alias_of(account, name) for name in list(account.aliases)]
    found = [alias for alias in held if alias and wanted in (None, alias.store_id)]
    aliases, token = page(request, found, lambda alias: alias.name, usual=5)
    return {"policyStoreAliases": [_describe_alias(alias) for alias in aliases], "nextToken": token}


def delete_policy_store_alias(account: Account, request: "t.DeletePolicyStoreAliasInputTypeDef") -> Response:
    alias = alias_of(account, _alias_name(request["aliasName"]))
    if alias and request.get("deletionMode") == "HardDelete":
        del account.aliases[alias.name]
    elif alias:
        alias.deleted = alias.deleted or account.now()
    return {}


def tag_resource(account: Account, request: "t.TagResourceInputTypeDef") -> Response:
    store = _tagged(account, request["resourceArn"])
    store.tags = _checked_tags(store.arn, {**store.tags, **request["tags"]})
    return {}


def untag_resource(account: Account, request: "t.UntagResourceInputTypeDef") -> Response:
    store = _tagged(account, request["resourceArn"])
    store.tags = {key: value for key, value in store.tags.items() if key not in request["tagKeys"]}
    return {}


def list_tags_for_resource(account: Account, request: "t.ListTagsForResourceInputTypeDef") -> Response:
    return {"tags": dict(_tagged(account, request["resourceArn"]).tags)}


def _tagged(account: Account, arn: str) -> PolicyStore:
    store = next((store for store in account.stores.values() if store.arn == arn), None)
    if store is None:
        raise ResourceNotFoundException("POLICY_STORE", arn)
    return store


def _checked_tags(arn: str, tags: Mapping[str, str]) -> dict[str, str]:
    if len(tags) > _MOST_TAGS and arn:
        raise TooManyTagsException(arn)
    if len(tags) > _MOST_TAGS:
        raise ValidationException(f"A policy store has at most {_MOST_TAGS} tags")
    return dict(tags)
