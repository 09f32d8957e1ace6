"""Both engines over a store in the local service."""

import pytest

from remit.adapters.policy_store import PolicyStore
from remit.adapters.stored_cedar import StoredCedar
from remit.adapters.verifiedpermissions import VerifiedPermissionsEngine
from remit.ports import PolicyEngine
from tests.conformance.policy_store_engine import PolicyStoreEngineConformance

pytestmark = pytest.mark.enable_socket


class TestStoredCedar(PolicyStoreEngineConformance):
    def engine_over(self, store: PolicyStore) -> PolicyEngine:
        return StoredCedar(store)


class TestVerifiedPermissionsEngine(PolicyStoreEngineConformance):
    def engine_over(self, store: PolicyStore) -> PolicyEngine:
        return VerifiedPermissionsEngine(store)
