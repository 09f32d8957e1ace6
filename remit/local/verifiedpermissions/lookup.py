"""Finding what a request names, by id, alias or name, and turning pages of a listing."""

import base64
import json
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from typing import TypeVar

from remit.local.verifiedpermissions.errors import ConflictException, ResourceNotFoundException, invalid
from remit.local.verifiedpermissions.state import Account, Alias, Policy, PolicyStore, Request, Template

ALIAS_PREFIX = "policy-store-alias/"
NAME_PREFIX = "name/"

_MOST_PER_PAGE = 50
_ALIAS_NAME_KEPT = timedelta(hours=24)

Item = TypeVar("Item")
Named = TypeVar("Named", Policy, Template)


def store_of(account: Account, given: str) -> PolicyStore:
    """The store with this id, or with this alias."""
    store_id = given
    if given.startswith(ALIAS_PREFIX):
        alias = alias_of(account, given)
        if alias is None or alias.deleted:
            raise ResourceNotFoundException("POLICY_STORE_ALIAS", given)
        store_id = alias.store_id
    if store_id not in account.stores:
        raise ResourceNotFoundException("POLICY_STORE", given)
    return account.stores[store_id]


def alias_of(account: Account, name: str) -> Alias | None:
    """The alias of this name; a deleted one holds its name for a day."""
    alias = account.aliases.get(name)
    if alias and alias.deleted and account.now() - alias.deleted >= _ALIAS_NAME_KEPT:
        del account.aliases[name]
        return None
    return alias


def policy_of(store: PolicyStore, given: str) -> Policy:
    """The policy with this id or name."""
    policy = find(store.policies.values(), given)
    if policy is None:
        raise ResourceNotFoundException("POLICY", given)
    return policy


def template_of(store: PolicyStore, given: str) -> Template:
    """The policy template with this id or name."""
    template = find(store.templates.values(), given)
    if template is None:
        raise ResourceNotFoundException("POLICY_TEMPLATE", given)
    return template


def find(items: Iterable[Named], given: str) -> Named | None:
    """The item with this id, or with this name where it begins as names do."""
    if given.startswith(NAME_PREFIX):
        return next((item for item in items if item.name == given), None)
    return next((item for item in items if item.id == given), None)


def claim_name(items: Iterable[Named], name: str | None, resource_type: str, holder: str = "") -> None:
    """Raise unless a policy or template (`holder`, if it exists already) may take this name."""
    if not name:
        return
    if not name.startswith(NAME_PREFIX):
        raise invalid("/name", f"A name must begin with {NAME_PREFIX}")
    other = find(items, name)
    if other and other.id != holder:
        raise ConflictException(f"The name {name} is taken", resource_type, other.id)


def page(request: Request, items: Sequence[Item], key: Callable[[Item], str], usual: int = 10) -> tuple[list[Item], str | None]:
    """The page a request asks for, and the token of the next one. A token names the last item seen, so that items that
    come or go between two pages neither repeat nor hide others."""
    most = request.get("maxResults", usual)
    if most > _MOST_PER_PAGE:
        raise invalid("/maxResults", f"maxResults must be at most {_MOST_PER_PAGE}")
    ordered = sorted(items, key=key)
    after = _read_token(request["nextToken"]) if "nextToken" in request else ""
    rest = [item for item in ordered if key(item) > after]
    token = _write_token(key(rest[most - 1])) if len(rest) > most else None
    return rest[:most], token


def _write_token(last: str) -> str:
    return base64.urlsafe_b64encode(json.dumps({"after": last}).encode()).decode()


def _read_token(token: str) -> str:
    try:
        return str(json.loads(base64.urlsafe_b64decode(token))["after"])
    except (ValueError, KeyError, TypeError) as error:
        raise invalid("/nextToken", "nextToken is not one that this service gave") from error
