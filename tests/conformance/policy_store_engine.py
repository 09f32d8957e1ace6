"""What every engine over a policy store must do besides: without the store there is no answer, and never an allow."""

from abc import abstractmethod
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

import pytest

from remit.adapters.policy_store import PolicyStore
from remit.domain.errors import Unavailable
from remit.ports import PolicyEngine
from tests.conformance.policy_engine import LIVE, EngineOf, PolicyEngineConformance, request
from tests.conformance.policy_stores import HASTY, a_store, add, client_of, down, refusing, silent
from tests.fakes.clock import FixedClock

if TYPE_CHECKING:
    from mypy_boto3_verifiedpermissions import VerifiedPermissionsClient

TROUBLES: dict[str, Callable[[], AbstractContextManager[str]]] = {
    "down": down,
    "slow": silent,
    "throttled": lambda: refusing(400, "ThrottlingException"),
    "broken": lambda: refusing(500, "InternalServerException"),
    "forbidden": lambda: refusing(400, "AccessDeniedException"),
}


class PolicyStoreEngineConformance(PolicyEngineConformance):
    @abstractmethod
    def engine_over(self, store: PolicyStore) -> PolicyEngine: ...

    @pytest.fixture
    def engine_of(self, client: "VerifiedPermissionsClient") -> EngineOf:
        return lambda policies: self.engine_over(PolicyStore(client, a_store(client, policies), FixedClock()))

    def test_a_store_that_does_not_exist_is_no_answer(self, client: "VerifiedPermissionsClient") -> None:
        self.gives_no_answer(PolicyStore(client, "nowhere", FixedClock()))

    def test_a_store_without_a_schema_has_no_digest_to_put_on_a_decision(self, client: "VerifiedPermissionsClient") -> None:
        store = client.create_policy_store(validationSettings={"mode": "OFF"})["policyStoreId"]
        with pytest.raises(Unavailable):
            self.engine_over(PolicyStore(client, store, FixedClock())).policy_set()

    @pytest.mark.parametrize("trouble", TROUBLES)
    def test_a_service_in_trouble_is_no_answer(self, trouble: str) -> None:
        with TROUBLES[trouble]() as url:
            self.gives_no_answer(PolicyStore(client_of(url, HASTY), "store", FixedClock()))

    def test_a_policy_that_is_added_is_in_force_within_a_minute(self, client: "VerifiedPermissionsClient") -> None:
        clock = FixedClock()
        store = a_store(client, LIVE)
        engine = self.engine_over(PolicyStore(client, store, clock))
        before = engine.policy_set()
        add(client, store, '@id("stop") forbid (principal, action, resource);')
        clock.pause(61)
        assert engine.policy_set() != before
        assert [rule.policy for rule in engine.evaluate(request()).determining] == ["stop"]

    def gives_no_answer(self, store: PolicyStore) -> None:
        with pytest.raises(Unavailable):
            self.engine_over(store).policy_set()
        with pytest.raises(Unavailable):
            self.engine_over(store).evaluate(request())
