"""The service without a transport: an operation's name and its request in, its response or ServiceError out."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from remit.local.verifiedpermissions import authorization, policies, schemas, sources, stores, templates
from remit.local.verifiedpermissions.contract import check_request, modelled_errors, render_response
from remit.local.verifiedpermissions.errors import ConflictException, InternalServerException, ServiceError, ValidationException
from remit.local.verifiedpermissions.keys import KeySource, NoKeys
from remit.local.verifiedpermissions.state import Account, Clock, Replay, Request, Response, utc_now

Operation = Callable[[Account, Request], Response]

_TOKEN_KEPT = timedelta(hours=8)

OPERATIONS: Mapping[str, Operation] = {
    "BatchGetPolicy": policies.batch_get_policy,
    "BatchIsAuthorized": authorization.batch_is_authorized,
    "BatchIsAuthorizedWithToken": authorization.batch_is_authorized_with_token,
    "CreateIdentitySource": sources.create_identity_source,
    "CreatePolicy": policies.create_policy,
    "CreatePolicyStore": stores.create_policy_store,
    "CreatePolicyStoreAlias": stores.create_policy_store_alias,
    "CreatePolicyTemplate": templates.create_policy_template,
    "DeleteIdentitySource": sources.delete_identity_source,
    "DeletePolicy": policies.delete_policy,
    "DeletePolicyStore": stores.delete_policy_store,
    "DeletePolicyStoreAlias": stores.delete_policy_store_alias,
    "DeletePolicyTemplate": templates.delete_policy_template,
    "GetIdentitySource": sources.get_identity_source,
    "GetPolicy": policies.get_policy,
    "GetPolicyStore": stores.get_policy_store,
    "GetPolicyStoreAlias": stores.get_policy_store_alias,
    "GetPolicyTemplate": templates.get_policy_template,
    "GetSchema": schemas.get_schema,
    "IsAuthorized": authorization.is_authorized,
    "IsAuthorizedWithToken": authorization.is_authorized_with_token,
    "ListIdentitySources": sources.list_identity_sources,
    "ListPolicies": policies.list_policies,
    "ListPolicyStoreAliases": stores.list_policy_store_aliases,
    "ListPolicyStores": stores.list_policy_stores,
    "ListPolicyTemplates": templates.list_policy_templates,
    "ListTagsForResource": stores.list_tags_for_resource,
    "PutSchema": schemas.put_schema,
    "TagResource": stores.tag_resource,
    "UntagResource": stores.untag_resource,
    "UpdateIdentitySource": sources.update_identity_source,
    "UpdatePolicy": policies.update_policy,
    "UpdatePolicyStore": stores.update_policy_store,
    "UpdatePolicyTemplate": templates.update_policy_template,
}


@dataclass
class VerifiedPermissions:
    """The whole service: its accounts, and what they ask of the world."""

    keys: KeySource = field(default_factory=NoKeys)
    now: Clock = utc_now
    _accounts: dict[tuple[str, str], Account] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def account(self, account_id: str = "000000000000", region: str = "us-east-1") -> Account:
        """One account in one region; it begins empty."""
        return self._accounts.setdefault((account_id, region), Account(account_id, region, self.keys, self.now))

    def call(self, account: Account, operation: str, request: Mapping[str, Any]) -> Response:
        """Answer one request, with the response as JSON."""
        check_request(operation, request)
        with self._lock:
            try:
                return render_response(operation, _once(account, operation, _without_nulls(request)))
            except ServiceError as error:
                raise _as_modelled(operation, error) from error

    def reset(self) -> None:
        """Forget everything."""
        self._accounts.clear()


def _without_nulls(value: Request) -> Request:
    if isinstance(value, dict):
        return {key: _without_nulls(member) for key, member in value.items() if member is not None}
    return [_without_nulls(member) for member in value] if isinstance(value, list) else value


def _once(account: Account, operation: str, request: dict[str, Any]) -> Response:
    """Perform an operation, or repeat the answer that its client token has had."""
    token = request.pop("clientToken", None)
    if token is None:
        return OPERATIONS[operation](account, request)
    replay = account.replays.get((operation, token))
    if replay is None or account.now() - replay.answered >= _TOKEN_KEPT:
        replay = Replay(request, OPERATIONS[operation](account, request), account.now())
        account.replays[operation, token] = replay
    if replay.request != request:
        raise ConflictException("The client token was used with other parameters", "POLICY_STORE", request.get("policyStoreId", ""))
    return replay.response


def _as_modelled(operation: str, error: ServiceError) -> ServiceError:
    """An operation answers with no error that its model lacks: what is left is the caller's mistake."""
    if isinstance(error, InternalServerException) or error.code in modelled_errors(operation):
        return error
    return ValidationException(error.message)
