"""What a request needs in IAM: the action, and the resources it is asked on."""

from collections.abc import Mapping
from typing import Any

from remit.local.verifiedpermissions.errors import ResourceNotFoundException
from remit.local.verifiedpermissions.lookup import store_of
from remit.local.verifiedpermissions.state import Account

# These operations have no permission of their own.
_SHARED = {
    "BatchGetPolicy": "GetPolicy",
    "BatchIsAuthorized": "IsAuthorized",
    "BatchIsAuthorizedWithToken": "IsAuthorizedWithToken",
}


def needed_action(operation: str) -> str:
    return f"verifiedpermissions:{_SHARED.get(operation, operation)}"


def needed_resources(account: Account, request: Mapping[str, Any]) -> list[str]:
    """The ARNs a request is about; `*` for one about no store, alias or resource in particular."""
    arns = [str(request["resourceArn"])] if "resourceArn" in request else []
    if "aliasName" in request:
        arns.append(account.alias_arn(str(request["aliasName"])))
    batch = request.get("requests")
    items = [item for item in batch if isinstance(item, dict)] if isinstance(batch, list) else []
    named = {str(item["policyStoreId"]): None for item in (request, *items) if "policyStoreId" in item}
    return [*arns, *(_store_arn(account, given) for given in named)] or ["*"]


def _store_arn(account: Account, given: str) -> str:
    try:
        return store_of(account, given).arn
    except ResourceNotFoundException:
        return account.store_arn(given)


def condition_keys(account: Account, request: Mapping[str, Any], arn: str) -> dict[str, str]:
    """What conditions on tags compare with."""
    held = next((store.tags for store in account.stores.values() if store.arn == arn), {})
    asked = request.get("tags")
    wanted = asked if isinstance(asked, dict) else {}
    on_resource = {f"aws:ResourceTag/{name}": value for name, value in held.items()}
    return {**on_resource, **{f"aws:RequestTag/{name}": str(value) for name, value in wanted.items()}}
