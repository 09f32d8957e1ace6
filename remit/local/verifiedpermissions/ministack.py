"""The service inside a MiniStack that is started in this process."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from ministack import app
from ministack.core.responses import get_account_id, get_region
from ministack.core.router import SERVICE_PATTERNS
from ministack.services.cloudformation import provisioners

from remit.local.services import forget_too, refusal
from remit.local.verifiedpermissions.cloudformation import PREFIX, REPLACING, resource_handlers
from remit.local.verifiedpermissions.errors import AccessDeniedException
from remit.local.verifiedpermissions.keys import HttpKeys, Jwk, cognito_pool
from remit.local.verifiedpermissions.permissions import condition_keys, needed_action, needed_resources
from remit.local.verifiedpermissions.service import VerifiedPermissions
from remit.local.verifiedpermissions.state import Account
from remit.local.verifiedpermissions.transport import handler

NAME = "verifiedpermissions"


class MiniStackKeys:
    """Cognito's keys from MiniStack's own user pools, another issuer's over HTTP.

    A request to the server from within its own event loop would wait for ever, hence no HTTP for the former.
    """

    def keys_of(self, issuer: str) -> list[Jwk]:
        pool = cognito_pool(issuer)
        if pool is None:
            return HttpKeys(cognito_endpoint="").keys_of(issuer)
        cognito = app._get_module("cognito")
        if cognito._get_pool_unscoped(pool) is None:
            return []
        _, _, body = cognito.well_known_jwks(pool)
        keys: list[Jwk] = json.loads(body)["keys"]
        return keys


def register() -> VerifiedPermissions:
    """Add the service to MiniStack; call it before `ministack.app.main()`."""
    service = VerifiedPermissions(keys=MiniStackKeys())

    def account() -> Account:
        return service.account(get_account_id(), get_region())

    def guard(operation: str, request: Mapping[str, Any], headers: Mapping[str, str]) -> None:
        check_permission(account(), operation, request, headers)

    SERVICE_PATTERNS[NAME] = {"target_prefixes": ["VerifiedPermissions"], "host_patterns": [r"verifiedpermissions\."]}
    app.SERVICE_HANDLERS[NAME] = handler(service, account, guard)
    _add_resources(service, account)
    forget_too(service.reset)
    return service


def check_permission(account: Account, operation: str, request: Mapping[str, Any], headers: Mapping[str, str]) -> None:
    """Raise AccessDeniedException unless IAM allows the caller the operation on everything that the request names."""
    action = needed_action(operation)
    for arn in needed_resources(account, request):
        refused = refusal(headers, action, account.region, arn, condition_keys(account, request, arn))
        if refused:
            raise AccessDeniedException(refused)


def _add_resources(service: VerifiedPermissions, account: Callable[[], Account]) -> None:
    provisioners._RESOURCE_HANDLERS.update(resource_handlers(lambda name, request: service.call(account(), name, request)))
    provisioners._REPLACING_PROPERTIES.update({PREFIX + kind: names for kind, names in REPLACING.items()})
    provisioners._STACK_TAG_PROPERTY[f"{PREFIX}PolicyStore"] = ("Tags", "list")
