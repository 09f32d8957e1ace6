"""Amazon Verified Permissions as the policy engine of one store."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from remit.adapters.aws import calling, code_of
from remit.domain.canonical import canonical
from remit.domain.decision import AuthorizationRequest, Evaluation
from remit.domain.errors import Reason, Unavailable
from remit.domain.model import Model
from remit.domain.policy import annotations, policy_set_digest
from remit.ports import Clock, PolicyEngine

if TYPE_CHECKING:
    from mypy_boto3_verifiedpermissions import VerifiedPermissionsClient
    from mypy_boto3_verifiedpermissions.type_defs import IsAuthorizedOutputTypeDef

# A policy change shows on decisions' digests after at most this long.
_REFRESH_AFTER = timedelta(seconds=60)
_BATCH = 100


class LoadedSet(Model):
    """The store's policies as last read: what each service-made policy id says of itself, and the digest over all."""

    rules: dict[str, Reason]
    digest: str
    read_at: datetime


class VerifiedPermissionsEngine(PolicyEngine):
    """The store decides; its texts are read now and then, for the ids and reasons that people know policies by."""

    def __init__(self, client: "VerifiedPermissionsClient", store: str, clock: Clock) -> None:
        self._client, self._store, self._clock = client, store, clock
        self._loaded: LoadedSet | None = None

    def evaluate(self, request: AuthorizationRequest) -> Evaluation:
        with calling("Verified Permissions"):
            try:
                answer = self._ask(request)
            except ClientError as error:
                return _no_answer(error)
        return Evaluation(
            allowed=answer["decision"] == "ALLOW",
            determining=tuple(sorted(map(self._rule, (policy["policyId"] for policy in answer["determiningPolicies"])), key=_by_id)),
            errors=tuple(error["errorDescription"] for error in answer["errors"]),
        )

    def policy_set(self) -> str:
        return self._current().digest

    def _ask(self, request: AuthorizationRequest) -> "IsAuthorizedOutputTypeDef":
        return self._client.is_authorized(
            policyStoreId=self._store,
            principal={"entityType": request.principal.type, "entityId": request.principal.id},
            action={"actionType": request.action.type, "actionId": request.action.id},
            resource={"entityType": request.resource.type, "entityId": request.resource.id},
            context={"cedarJson": canonical(request.context).decode()},
        )

    def _rule(self, policy_id: str) -> Reason:
        rule = self._current().rules.get(policy_id)
        if rule is None:
            self._loaded = None
            rule = self._current().rules.get(policy_id)
        return rule or Reason(policy=policy_id, reason="a policy that the store does not show")

    def _current(self) -> LoadedSet:
        now = self._clock.now()
        if self._loaded is None or now - self._loaded.read_at > _REFRESH_AFTER:
            self._loaded = self._load(now)
        return self._loaded

    def _load(self, now: datetime) -> LoadedSet:
        with calling("Verified Permissions"):
            schema = self._client.get_schema(policyStoreId=self._store)["schema"]
            statements = self._statements()
        rules = {policy: _rule_of(statement, policy) for policy, statement in statements.items()}
        return LoadedSet(rules=rules, digest=policy_set_digest(statements.values(), schema), read_at=now)

    def _statements(self) -> dict[str, str]:
        pages = self._client.get_paginator("list_policies").paginate(policyStoreId=self._store)
        ids = [policy["policyId"] for page in pages for policy in page["policies"]]
        found: dict[str, str] = {}
        for start in range(0, len(ids), _BATCH):
            found |= self._batch(ids[start : start + _BATCH])
        return found

    def _batch(self, ids: list[str]) -> dict[str, str]:
        answer = self._client.batch_get_policy(requests=[{"policyStoreId": self._store, "policyId": policy} for policy in ids])
        if answer["errors"]:
            raise Unavailable(f"Verified Permissions: {answer['errors'][0]['message']}")
        return {result["policyId"]: result["definition"].get("static", {}).get("statement", "") for result in answer["results"]}


def _rule_of(statement: str, policy_id: str) -> Reason:
    said = annotations(statement)
    return Reason(policy=said.get("id", policy_id), reason=said.get("reason", ""))


def _no_answer(error: ClientError) -> Evaluation:
    """A request that does not fit the schema is a no, now and later; anything else may pass with time."""
    if code_of(error) != "ValidationException":
        raise error
    return Evaluation(allowed=False, determining=(), errors=(error.response["Error"]["Message"],))


def _by_id(rule: Reason) -> str:
    return rule.policy
