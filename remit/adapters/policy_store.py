"""The policies and schema of one Verified Permissions store, as texts that are read now and then."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from botocore.config import Config

from remit.adapters.aws import calling
from remit.domain.errors import Reason, Unavailable
from remit.domain.model import Model
from remit.domain.policy import annotations, policy_set_digest
from remit.ports import Clock

if TYPE_CHECKING:
    from mypy_boto3_verifiedpermissions import VerifiedPermissionsClient

# A decision waits for these calls: better no answer in time for a retry than one after the gate's own timeout.
CONFIG = Config(connect_timeout=1, read_timeout=3, retries={"mode": "standard", "total_max_attempts": 2})

# A policy change shows on decisions after at most this long.
_REFRESH_AFTER = timedelta(seconds=60)
# What was read last is good for this long while the store cannot be read.
_KEEP_FOR = timedelta(minutes=5)
_BATCH = 100


class LoadedSet(Model):
    """A store as last read, by service-made policy id; a policy that is not a static one has no statement."""

    statements: dict[str, str]
    rules: dict[str, Reason]
    policy_schema: str
    digest: str
    read_at: datetime


class PolicyStore:
    """Every method that reads raises Unavailable when the store cannot be read and nothing young enough is known of it."""

    def __init__(self, client: "VerifiedPermissionsClient", store: str, clock: Clock) -> None:
        self.client, self.id = client, store
        self._clock = clock
        self._loaded: LoadedSet | None = None
        self._tried_at: datetime | None = None

    def current(self) -> LoadedSet:
        """The set as it is now, give or take a minute."""
        now = self._clock.now()
        held = self._held(now)
        if held is None or self._tried_at is None or now - self._tried_at > _REFRESH_AFTER:
            return self._refreshed(held, now)
        return held

    def held(self) -> LoadedSet:
        """The set that `current` last answered with, while it is young enough: it does not change within a decision."""
        return self._held(self._clock.now()) or self.current()

    def reread(self) -> LoadedSet:
        """The set as it is now."""
        return self._refreshed(None, self._clock.now())

    def _held(self, now: datetime) -> LoadedSet | None:
        young = self._loaded is not None and now - self._loaded.read_at <= _KEEP_FOR
        return self._loaded if young else None

    def _refreshed(self, held: LoadedSet | None, now: datetime) -> LoadedSet:
        self._tried_at = now
        try:
            self._loaded = self._load(now)
        except Unavailable:
            if held is None:
                raise
            return held
        return self._loaded

    def _load(self, now: datetime) -> LoadedSet:
        with calling("Verified Permissions"):
            schema = self.client.get_schema(policyStoreId=self.id)["schema"]
            statements = self._statements()
        rules = {policy: _rule_of(statement, policy) for policy, statement in statements.items()}
        digest = policy_set_digest(statements.values(), schema)
        return LoadedSet(statements=statements, rules=rules, policy_schema=schema, digest=digest, read_at=now)

    def _statements(self) -> dict[str, str]:
        pages = self.client.get_paginator("list_policies").paginate(policyStoreId=self.id)
        ids = [policy["policyId"] for page in pages for policy in page["policies"]]
        found: dict[str, str] = {}
        for start in range(0, len(ids), _BATCH):
            found |= self._batch(ids[start : start + _BATCH])
        return found

    def _batch(self, ids: list[str]) -> dict[str, str]:
        answer = self.client.batch_get_policy(requests=[{"policyStoreId": self.id, "policyId": policy} for policy in ids])
        if answer["errors"]:
            raise Unavailable(f"Verified Permissions: {answer['errors'][0]['message']}")
        return {result["policyId"]: result["definition"].get("static", {}).get("statement", "") for result in answer["results"]}


def _rule_of(statement: str, policy_id: str) -> Reason:
    said = annotations(statement)
    return Reason(policy=said.get("id", policy_id), reason=said.get("reason", ""))
