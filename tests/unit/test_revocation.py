"""Runs on a person's behalf, and the end of all of them at once."""

import pytest

from remit.delegation_ports import Revoke
from remit.domain.ballot import Verdict
from remit.domain.delegation import Delegation, Delegator, Revocation
from remit.domain.errors import DelegationEnded, NotFound, UnknownPerson
from remit.domain.ledger import Kind, broken_link
from remit.domain.model import JsonObject
from remit.usecases.delegations import DelegationPorts, revoke
from remit.usecases.runs import Call, RunPorts, WorkflowInfo, start_run
from tests.fakes.clock import NOON, CountingEntropy, FixedClock
from tests.fakes.gate import refund
from tests.fakes.outside import MemoryWorkflows, WokenGate
from tests.fakes.records import MemoryDelegations, MemoryRecords
from tests.unit.test_delegation import OPERATOR, carol, staffed, told


class Desk:
    """The API's side: a run started on a person's behalf, and an operator who can end the delegation."""

    def __init__(self) -> None:
        self.clock, self.machines = FixedClock(), MemoryWorkflows()
        self.records = MemoryRecords(self.clock)
        info = {"refunds": WorkflowInfo(domain="refunds", agent="support", groups=("clerks",))}
        self.ports = RunPorts(
            workflows=info,
            machines=self.machines,
            records=self.records,
            clock=self.clock,
            entropy=CountingEntropy(),
            gate=WokenGate(),
            account="0" * 12,
            elsewhere={},
        )
        self.delegations = MemoryDelegations(self.records)

    def start(self, delegator: Delegator) -> str:
        return start_run("refunds", {"message": "hello"}, Call(requester=OPERATOR, delegator=delegator), self.ports)

    def revoke(self, delegation: str = "d1") -> tuple[str, ...]:
        ports = DelegationPorts(
            delegations=self.delegations, records=self.records, machines=self.machines, gate=WokenGate(), clock=self.clock
        )
        return revoke(delegation, "carol has left", OPERATOR, ports).stopped

    def ends(self, run: str) -> list[object]:
        return [entry.body["error"] for entry in self.records.entries(run) if entry.kind is Kind.RUN_FINISHED]


def test_a_run_carries_its_delegator_from_the_first_entry_on() -> None:
    desk = Desk()
    run = desk.start(carol())
    expected: JsonObject = carol().model_dump(mode="json")
    assert desk.records.entries(run)[0].body["delegator"] == expected
    assert desk.machines.started[run][1]["delegator"] == expected


def test_a_person_whom_the_charter_does_not_know_starts_nothing() -> None:
    desk = Desk()
    with pytest.raises(UnknownPerson, match="'refunds' knows no group of carol"):
        desk.start(carol("strangers"))
    assert (desk.machines.started, desk.records.ledger) == ({}, {})


def test_revoking_a_delegation_stops_every_run_that_uses_it_and_no_other() -> None:
    desk = Desk()
    first, second, other = desk.start(carol()), desk.start(carol()), desk.start(carol(delegation="d2"))
    assert set(desk.revoke()) == {first, second}
    assert [desk.machines.states[run].status for run in (first, second)] == ["ABORTED", "ABORTED"]
    assert (desk.ends(first), desk.ends(second), desk.ends(other)) == (["Remit.DelegationEnded"], ["Remit.DelegationEnded"], [])


def test_a_revocation_is_in_the_ledger_with_who_and_why_and_once() -> None:
    desk = Desk()
    run = desk.start(carol())
    assert (desk.revoke(), desk.revoke()) == ((run,), ())
    entries = desk.records.entries("delegation-d1")
    assert [(entry.kind, entry.body["by"], entry.body["reason"], entry.body["person"]) for entry in entries] == [
        (Kind.DELEGATION_REVOKED, OPERATOR.arn, "carol has left", "sub-carol")
    ]
    assert broken_link(entries) is None
    assert desk.ends(run) == ["Remit.DelegationEnded"]


def test_no_run_starts_on_a_revoked_delegation() -> None:
    desk = Desk()
    desk.start(carol())
    desk.revoke()
    with pytest.raises(DelegationEnded):
        desk.start(carol())
    assert len(desk.machines.started) == 1


def test_a_delegation_that_nobody_used_cannot_be_revoked() -> None:
    with pytest.raises(NotFound):
        Desk().revoke("d9")


def test_a_run_whose_delegation_is_revoked_does_nothing_more() -> None:
    world = staffed()
    world.propose(refund(1200_00), delegator=carol())
    gone = Revocation(delegation="d1", reason="carol has left", by=OPERATOR.arn, at=NOON)
    kept = Delegation(id="d1", person="sub-carol", name="carol", expires_at=NOON)
    world.records.commit("delegation-d1", [Revoke(revocation=gone, delegation=kept)], [])
    world.reply(Verdict.APPROVE)
    assert (told(world), world.till.done) == ("Remit.DelegationEnded", {})
    assert world.kinds()[-1] is Kind.INTENT_REFUSED
