"""What every store of delegations must do, together with the Records that change it: run by the fake and by moto."""

from abc import ABC, abstractmethod
from datetime import timedelta
from typing import NamedTuple

import pytest

from remit.delegation_ports import Delegations, RequireDelegation, Revoke, RunUse, UseDelegation
from remit.domain.delegation import Delegation, Revocation
from remit.domain.errors import Conflict, DelegationEnded
from remit.domain.ledger import Draft, Kind
from remit.record_ports import Records
from tests.fakes.clock import NOON

OPENING = Draft(kind=Kind.RUN_STARTED, body={"workflow": "refunds"})


class Stores(NamedTuple):
    records: Records
    delegations: Delegations


def delegation(name: str, person: str = "carol", hours: float = 1) -> Delegation:
    return Delegation(id=name, person=f"sub-{person}", name=person, tenant="north", expires_at=NOON + timedelta(hours=hours))


def use(of: Delegation, run: str) -> UseDelegation:
    return UseDelegation(delegation=of, run=run, workflow="refunds")


def revoke(of: Delegation) -> Revoke:
    return Revoke(revocation=Revocation(delegation=of.id, reason="lost laptop", by="operator", at=NOON), delegation=of)


class DelegationsConformance(ABC):
    """Each test has delegations and runs of its own, so that one store serves them all."""

    @abstractmethod
    @pytest.fixture
    def stores(self) -> Stores: ...

    def test_what_was_never_used_is_not_known(self, stores: Stores) -> None:
        known = stores.delegations
        assert (known.get("nothing"), known.runs("nothing"), known.of_person("nobody")) == (None, (), ())

    def test_a_run_is_opened_together_with_its_use(self, stores: Stores) -> None:
        one = delegation("used")
        for run in ("used-b", "used-a"):
            stores.records.open_run(run, OPENING, [RequireDelegation(delegation="used"), use(one, run)])
        assert stores.delegations.get("used") == one
        assert stores.delegations.runs("used") == (RunUse(run="used-a", workflow="refunds"), RunUse(run="used-b", workflow="refunds"))

    def test_a_use_that_is_repeated_is_one_use(self, stores: Stores) -> None:
        for _ in range(2):
            stores.records.commit("repeated", [use(delegation("repeated"), "repeated")], [])
        assert len(stores.delegations.runs("repeated")) == 1

    def test_a_run_that_is_open_is_not_opened_again_and_uses_nothing(self, stores: Stores) -> None:
        stores.records.open_run("opened", OPENING)
        with pytest.raises(Conflict):
            stores.records.open_run("opened", OPENING, [use(delegation("unused"), "opened")])
        assert stores.delegations.get("unused") is None

    def test_a_revoked_one_stops_a_whole_commit(self, stores: Stores) -> None:
        one = delegation("gone")
        stores.records.open_run("gone-1", OPENING, [use(one, "gone-1")])
        stores.records.commit("delegation-gone", [revoke(one)], [OPENING])
        with pytest.raises(DelegationEnded):
            stores.records.open_run("gone-2", OPENING, [RequireDelegation(delegation="gone"), use(one, "gone-2")])
        assert (stores.records.entries("gone-2"), [each.run for each in stores.delegations.runs("gone")]) == ((), ["gone-1"])

    def test_a_revoked_one_says_who_and_why_and_that_only_once(self, stores: Stores) -> None:
        one, change = delegation("once"), revoke(delegation("once"))
        stores.records.open_run("once-1", OPENING, [use(one, "once-1")])
        stores.records.commit("delegation-once", [change], [OPENING])
        with pytest.raises(Conflict):
            stores.records.commit("delegation-once", [change], [OPENING])
        assert stores.delegations.get("once") == one.model_copy(update={"revoked": change.revocation})
        assert len(stores.records.entries("delegation-once")) == 1

    def test_a_persons_are_found_by_name_and_the_last_to_expire_comes_first(self, stores: Stores) -> None:
        soon, late, other = delegation("soon", "dora", 1), delegation("late", "dora", 2), delegation("other", "emil")
        for one in (soon, late, other):
            stores.records.open_run(f"of-{one.id}", OPENING, [use(one, f"of-{one.id}")])
        assert stores.delegations.of_person("dora") == (late, soon)
