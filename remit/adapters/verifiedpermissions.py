"""Amazon Verified Permissions as the policy engine of one store."""

from typing import TYPE_CHECKING, TypedDict

from botocore.exceptions import ClientError

from remit.adapters.aws import calling, code_of
from remit.adapters.policy_store import PolicyStore
from remit.domain.canonical import canonical
from remit.domain.errors import Reason
from remit.domain.evaluation import AuthorizationRequest, EntityId, Evaluation
from remit.ports import PolicyEngine

if TYPE_CHECKING:
    from mypy_boto3_verifiedpermissions.type_defs import EntitiesDefinitionTypeDef, EntityIdentifierTypeDef, IsAuthorizedOutputTypeDef


class _Entities(TypedDict, total=False):
    entities: "EntitiesDefinitionTypeDef"


class VerifiedPermissionsEngine(PolicyEngine):
    """The store decides; its texts are read now and then, for the ids and reasons that people know policies by."""

    name = "verified-permissions"

    def __init__(self, store: PolicyStore) -> None:
        self._store = store

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
        return self._store.current().digest

    def _ask(self, request: AuthorizationRequest) -> "IsAuthorizedOutputTypeDef":
        return self._store.client.is_authorized(
            policyStoreId=self._store.id,
            principal=_identifier(request.principal),
            action={"actionType": request.action.type, "actionId": request.action.id},
            resource=_identifier(request.resource),
            context={"cedarJson": canonical(request.context).decode()},
            **_entities(request),
        )

    def _rule(self, policy_id: str) -> Reason:
        rule = self._store.held().rules.get(policy_id) or self._store.reread().rules.get(policy_id)
        return rule or Reason(policy=policy_id, reason="a policy that the store does not show")


def _entities(request: AuthorizationRequest) -> "_Entities":
    """The principal's groups, if it has any."""
    if not request.groups:
        return {}
    parents = [_identifier(group) for group in request.groups]
    return {"entities": {"entityList": [{"identifier": _identifier(request.principal), "parents": parents}]}}


def _identifier(entity: EntityId) -> "EntityIdentifierTypeDef":
    return {"entityType": entity.type, "entityId": entity.id}


def _no_answer(error: ClientError) -> Evaluation:
    """A request that does not fit the schema is a no, now and later; anything else may pass with time."""
    if code_of(error) != "ValidationException":
        raise error
    return Evaluation(allowed=False, determining=(), errors=(error.response["Error"]["Message"],))


def _by_id(rule: Reason) -> str:
    return rule.policy
