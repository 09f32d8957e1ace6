"""Cedar in this process over the policies of a store: the store has the say, the decision needs no call."""

import json
from collections.abc import Mapping, Sequence

from remit.adapters.embedded_cedar import EmbeddedCedar
from remit.adapters.policy_store import LoadedSet, PolicyStore
from remit.domain.errors import Unavailable
from remit.domain.evaluation import AuthorizationRequest, Evaluate, Evaluation
from remit.domain.policy import PolicyText
from remit.ports import PolicyEngine, ShadowPolicies


class StoredCedar(PolicyEngine):
    """Cedar over the store's policies, which are parsed again only when they have changed."""

    name = "embedded"

    def __init__(self, store: PolicyStore) -> None:
        self._store = store
        self._engine: EmbeddedCedar | None = None

    def evaluate(self, request: AuthorizationRequest) -> Evaluation:
        return self._over(self._store.held()).evaluate(request)

    def policy_set(self) -> str:
        return self._over(self._store.current()).policy_set()

    def _over(self, loaded: LoadedSet) -> EmbeddedCedar:
        if self._engine is None or self._engine.policy_set() != loaded.digest:
            self._engine = cedar_over(loaded)
        return self._engine


class ShadowCedar(ShadowPolicies):
    """Cedar over the store's policies and one policy on trial at a time."""

    def __init__(self, store: PolicyStore, shadow: Sequence[PolicyText]) -> None:
        self._store, self._shadow = store, {policy.id: policy for policy in shadow}
        self._over: str | None = None
        self._alone = EmbeddedCedar((), {})
        self._beside: dict[str, EmbeddedCedar] = {}

    def trials(self, request: AuthorizationRequest) -> Mapping[str, Evaluate]:
        loaded = self._store.held()
        if self._over != loaded.digest:
            self._alone = EmbeddedCedar(tuple(self._shadow.values()), json.loads(loaded.policy_schema))
            self._beside, self._over = {}, loaded.digest
        return {policy: self._with(policy, loaded).evaluate for policy in self._alone.matching(request)}

    def _with(self, policy: str, loaded: LoadedSet) -> EmbeddedCedar:
        if policy not in self._beside:
            self._beside[policy] = cedar_over(loaded, self._shadow[policy])
        return self._beside[policy]


def cedar_over(loaded: LoadedSet, *more: PolicyText) -> EmbeddedCedar:
    """Raises Unavailable for what only the store itself could judge."""
    texts = [_text(policy, loaded) for policy in loaded.statements]
    try:
        return EmbeddedCedar((*texts, *more), json.loads(loaded.policy_schema))
    except ValueError as error:
        raise Unavailable(f"The policies of the store cannot be read: {error}") from error


def _text(policy: str, loaded: LoadedSet) -> PolicyText:
    rule, statement = loaded.rules[policy], loaded.statements[policy]
    if not statement:
        raise Unavailable(f"Policy {policy} of the store is linked to a template, which the embedded engine does not read.")
    return PolicyText(id=rule.policy, reason=rule.reason, statement=statement, line=1)
