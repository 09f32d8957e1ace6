"""Cedar in this process: the policies that Verified Permissions would hold, parsed once."""

import json
from collections.abc import Sequence

import cedarpy

from remit.domain.decision import AuthorizationRequest, Evaluation
from remit.domain.errors import Reason
from remit.domain.model import JsonObject
from remit.domain.policy import PolicyText, policy_set_digest
from remit.ports import PolicyEngine


class EmbeddedCedar(PolicyEngine):
    """Raises ValueError at construction if the policies or the schema do not parse."""

    def __init__(self, policies: Sequence[PolicyText], schema: JsonObject) -> None:
        schema_json = json.dumps(schema)
        self._reasons = {policy.id: Reason(policy=policy.id, reason=policy.reason) for policy in policies}
        self._policies = cedarpy.PolicySet.from_str("\n".join(policy.statement for policy in policies))
        # Without the schema a forbid whose condition errors is skipped, and the answer is an allow.
        self._schema = cedarpy.Schema.from_json_str(schema_json)
        self._entities = cedarpy.Entities.from_json_str("[]")
        self._digest = policy_set_digest((policy.statement for policy in policies), schema_json)

    def evaluate(self, request: AuthorizationRequest) -> Evaluation:
        answer = cedarpy.is_authorized(request.model_dump(), self._policies, self._entities, self._schema)
        undecided = answer.decision is cedarpy.Decision.NoDecision
        errors = tuple(answer.diagnostics.errors) or (("The engine came to no decision.",) if undecided else ())
        return Evaluation(allowed=answer.allowed, determining=self._determining(answer), errors=errors)

    def policy_set(self) -> str:
        return self._digest

    def _determining(self, answer: cedarpy.AuthzResult) -> tuple[Reason, ...]:
        return tuple(self._reasons[name] for name in sorted(answer.diagnostics.id_annotations_by_reason.values()))
