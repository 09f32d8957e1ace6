"""The decisions.

A request that Cedar cannot read at all is a ValidationException. A request that Cedar can read but that breaks the store's
schema is answered DENY with Cedar's words under `errors`. A policy that fails while it is evaluated is named under `errors` and
otherwise left out, as Cedar does: a forbid that fails forbids nothing. The schema counts in stores of either validation mode, as
it is where actions and their groups are declared; the mode says only whether policies are validated.
"""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from remit.local.verifiedpermissions.cedar import EntityIdentifier, Verdict
from remit.local.verifiedpermissions.errors import ValidationException, invalid
from remit.local.verifiedpermissions.identity import Identity, identify
from remit.local.verifiedpermissions.lookup import store_of
from remit.local.verifiedpermissions.state import Account, PolicyStore, Request, Response
from remit.local.verifiedpermissions.values import CedarEntity, cedar_context, cedar_entities, check_parents, entity_type, is_action, uid

if TYPE_CHECKING:
    from mypy_boto3_verifiedpermissions import type_defs as t

_MOST_REQUESTS = 30
_MOST_PER_TYPE = 100


def is_authorized(account: Account, request: "t.IsAuthorizedInputTypeDef") -> Response:
    store = store_of(account, request["policyStoreId"])
    return _decide(store, [request], _given_entities(request))[0]


def batch_is_authorized(account: Account, request: "t.BatchIsAuthorizedInputTypeDef") -> Response:
    store, items = store_of(account, request["policyStoreId"]), request["requests"]
    _check_batch(items, "principal", "resource")
    entities = _given_entities(request)
    for part in ("principal", "resource"):
        _check_number(items, part, entities)
    answers = _decide(store, items, entities)
    return {"results": [{"request": item, **answer} for item, answer in zip(items, answers, strict=True)]}


def is_authorized_with_token(account: Account, request: "t.IsAuthorizedWithTokenInputTypeDef") -> Response:
    store = store_of(account, request["policyStoreId"])
    identity = _identify(account, store, request)
    (answer,) = _decide_for(store, identity, [request], _entities_beside_token(request, identity))
    return {**answer, "principal": identity.principal}


def batch_is_authorized_with_token(account: Account, request: "t.BatchIsAuthorizedWithTokenInputTypeDef") -> Response:
    store, items = store_of(account, request["policyStoreId"]), request["requests"]
    _check_batch(items)
    identity = _identify(account, store, request)
    entities = _entities_beside_token(request, identity)
    _check_number(items, "resource", entities)
    answers = _decide_for(store, identity, items, entities)
    results = [{"request": item, **answer} for item, answer in zip(items, answers, strict=True)]
    return {"principal": identity.principal, "results": results}


def _identify(account: Account, store: PolicyStore, request: Request) -> Identity:
    return identify(account, store, {kind: request.get(kind) for kind in ("identityToken", "accessToken")})


def _check_batch(items: Sequence[Request], *shared: str) -> None:
    if len(items) > _MOST_REQUESTS:
        raise invalid("/requests", f"A batch has at most {_MOST_REQUESTS} requests")
    if shared and not any(all(item.get(part) == items[0].get(part) for item in items) for part in shared):
        raise invalid("/requests", f"All requests of a batch must have the same {' or the same '.join(shared)}")


def _check_number(items: Sequence[Request], part: str, entities: Sequence[CedarEntity]) -> None:
    types = {item[part]["entityType"] for item in items if part in item}
    if sum(entity_type(entity) in types for entity in entities) > _MOST_PER_TYPE:
        raise invalid("/entities", f"A batch has at most {_MOST_PER_TYPE} {part} entities")


def _given_entities(request: Request) -> list[CedarEntity]:
    entities = cedar_entities(request.get("entities"))
    if any(map(is_action, entities)):
        raise invalid("/entities", "Actions cannot be given as entities: the schema declares them")
    return entities


def _entities_beside_token(request: Request, identity: Identity) -> list[CedarEntity]:
    entities = cedar_entities(request.get("entities"))
    taken = {identity.principal["entityType"], identity.group_type}
    if any(entity_type(entity) in taken for entity in entities):
        raise invalid("/entities", "The principal and its groups come from the token, not from the entities")
    if any(is_action(entity) and (entity.get("attrs") or entity.get("parents")) for entity in entities):
        raise invalid("/entities", "An action entity has an identifier only")
    return [entity for entity in entities if not is_action(entity)]


def _decide_for(store: PolicyStore, identity: Identity, items: Sequence[Request], entities: list[CedarEntity]) -> list[Response]:
    schema = store.schema.document if store.schema else None
    asked = [
        {**item, "principal": identity.principal, "_token": identity.context(schema, item["action"]) if "action" in item else {}}
        for item in items
    ]
    return _decide(store, asked, [*entities, identity.entity(schema)])


def _decide(store: PolicyStore, items: Sequence[Request], entities: list[CedarEntity]) -> list[Response]:
    requests = [_cedar_request(item) for item in items]
    check_parents(entities, (item[part] for item in items for part in ("principal", "resource")))
    text = json.dumps(entities)
    verdicts = store.engine.decide(requests, text)
    return [_answer(store, request, text, verdict) for request, verdict in zip(requests, verdicts, strict=True)]


def _cedar_request(item: Request) -> dict[str, Any]:
    for part in ("principal", "action", "resource"):
        if item.get(part) is None:
            raise invalid(f"/{part}", f"The request has no {part}")
    action: EntityIdentifier = {"entityType": item["action"]["actionType"], "entityId": item["action"]["actionId"]}
    return {"principal": uid(item["principal"]), "action": uid(action), "resource": uid(item["resource"]), "context": _context(item)}


def _context(item: Request) -> dict[str, Any]:
    context = cedar_context(item.get("context"))
    if "_token" in item and "token" in context:
        raise invalid("/context", "`token` comes from the access token, not from the context")
    return {**context, **item.get("_token", {})}


def _answer(store: PolicyStore, request: dict[str, Any], entities: str, verdict: Verdict) -> Response:
    if verdict.refused and store.engine.is_malformed(request, entities):
        raise ValidationException("The request cannot be read: " + "; ".join(verdict.errors))
    return {
        "decision": "ALLOW" if verdict.allowed else "DENY",
        "determiningPolicies": [{"policyId": policy_id} for policy_id in verdict.reasons],
        "errors": [{"errorDescription": error} for error in verdict.errors],
    }
