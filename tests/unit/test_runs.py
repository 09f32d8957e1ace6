"""Starting runs and telling where they stand."""

from dataclasses import replace

import pytest

from remit.domain.errors import Denied, InvalidRequest, NotFound
from remit.domain.intent import Requester
from remit.domain.ledger import Draft, Kind
from remit.ports import RunState
from remit.usecases.runs import PATIENCE, Call, RunPorts, WorkflowInfo, asked, propose, settled, start_run, view
from tests.fakes.clock import NOON, CountingEntropy, FixedClock
from tests.fakes.gate import refund
from tests.fakes.outside import KnownTokens, MemoryWorkflows, WokenGate
from tests.fakes.records import MemoryRecords

ACCOUNT = "000000000000"
WORKFLOWS = {
    "refunds": WorkflowInfo(domain="refunds", agent="support", groups=("clerks",)),
    "refunds-action": WorkflowInfo(domain="refunds", groups=("clerks",)),
}


class Desk:
    def __init__(self) -> None:
        self.clock, self.machines = FixedClock(), MemoryWorkflows()
        self.records = MemoryRecords(self.clock)
        self.tokens = KnownTokens()
        self.ports = RunPorts(
            workflows=WORKFLOWS,
            machines=self.machines,
            records=self.records,
            clock=self.clock,
            entropy=CountingEntropy(),
            gate=WokenGate(),
            account=ACCOUNT,
            elsewhere={"support": ("user/ada", "user/caller"), "auditor": ("user/eve",)},
        )

    def call(self, key: str | None = None, arn: str = "arn:aws:iam::000000000000:user/ada") -> Call:
        return Call(requester=Requester(arn=arn), idempotency_key=key)

    def start(self, message: str = "hello", key: str | None = None, arn: str = "arn:aws:iam::000000000000:user/ada") -> str:
        return start_run("refunds", {"message": message}, self.call(key, arn), self.ports)


def test_a_run_starts_with_a_ledger_entry_and_an_execution_of_its_name() -> None:
    desk = Desk()
    run = desk.start()
    workflow, payload = desk.machines.started[run]
    assert (workflow, payload["run"], payload["agent"], payload["attempt"]) == ("refunds", run, "support", 1)
    assert [entry.kind for entry in desk.records.entries(run)] == [Kind.RUN_STARTED]


def test_the_same_idempotency_key_is_the_same_run() -> None:
    desk = Desk()
    assert desk.start(key="k") == desk.start(key="k")
    assert len(desk.machines.started) == 1


def test_without_a_key_each_request_is_a_run_of_its_own() -> None:
    desk = Desk()
    assert desk.start() != desk.start()


def test_a_key_is_the_callers_own() -> None:
    desk = Desk()
    assert desk.start(key="k") != desk.start(key="k", arn="arn:aws:iam::000000000000:user/eve")


def test_a_key_used_for_another_request_is_refused() -> None:
    desk = Desk()
    desk.start("hello", key="k")
    with pytest.raises(InvalidRequest, match="Idempotency-Key"):
        desk.start("something else", key="k")


@pytest.mark.parametrize("workflow", ["payroll", "refunds-action", ""])
def test_an_unknown_workflow_is_refused_by_field(workflow: str) -> None:
    desk = Desk()
    with pytest.raises(InvalidRequest) as refused:
        start_run(workflow, {}, desk.call(), desk.ports)
    assert (refused.value.reasons[0].policy, desk.machines.started) == ("workflow", {})


@pytest.mark.parametrize("tool", ["payroll.pay", "pay", ""])
def test_a_tool_of_no_domain_is_refused_by_field(tool: str) -> None:
    desk = Desk()
    with pytest.raises(InvalidRequest) as refused:
        propose("support", tool, refund(), desk.call(), desk.ports)
    assert refused.value.reasons[0].policy == "tool"


def test_the_requester_of_an_action_is_the_caller_and_nobody_in_the_payload() -> None:
    desk = Desk()
    run = propose("support", "refunds.issue_refund", refund(requester="arn:aws:iam::000000000000:root"), desk.call(), desk.ports)
    assert desk.machines.started[run][1]["requester"] == {"arn": "arn:aws:iam::000000000000:user/ada"}


@pytest.mark.parametrize(
    ("agent", "arn"),
    [
        ("auditor", "arn:aws:iam::000000000000:user/ada"),
        ("nobody", "arn:aws:iam::000000000000:user/ada"),
        ("support", "arn:aws:iam::000000000000:user/eve"),
        ("support", "arn:aws:iam::000000000000:user/team/ada"),
        ("support", "arn:aws:iam::111111111111:user/ada"),
        ("support", "arn:aws:sts::000000000000:assumed-role/user/ada"),
        ("support", "arn:aws:sts::000000000000:federated-user/ada"),
        ("support", "user/ada"),
    ],
)
def test_who_does_not_speak_for_an_agent_starts_nothing_in_its_name(agent: str, arn: str) -> None:
    desk = Desk()
    with pytest.raises(Denied) as refused:
        propose(agent, "refunds.issue_refund", refund(), desk.call(arn=arn), desk.ports)
    assert [reason.policy for reason in refused.value.reasons] == ["agent.elsewhere"]
    assert (desk.machines.started, desk.records.ledger) == ({}, {})


def test_text_that_is_no_unicode_is_refused() -> None:
    desk = Desk()
    with pytest.raises(InvalidRequest, match="surrogate"):
        propose("support", "refunds.issue_refund", refund(reason="\ud800"), desk.call(), desk.ports)
    assert desk.machines.started == {}


def test_a_request_that_no_state_machine_could_hold_is_refused_before_anything_is_recorded() -> None:
    desk = Desk()
    with pytest.raises(InvalidRequest, match="larger than 200000 bytes"):
        propose("support", "refunds.issue_refund", refund(reason="x" * 200_001), desk.call(), desk.ports)
    assert (desk.machines.started, desk.records.ledger) == ({}, {})


def test_an_unknown_run_is_not_found() -> None:
    with pytest.raises(NotFound):
        view("run-none", Desk().ports)


def test_waiting_for_a_run_ends_when_a_human_is_asked() -> None:
    desk = Desk()
    run = desk.start()
    desk.records.commit(run, [], [Draft(kind=Kind.APPROVAL_REQUESTED, body={"approval": "a", "route": "finance"})])
    seen = settled(run, desk.ports)
    assert (seen.question, desk.clock.now()) == ({"approval": "a", "route": "finance"}, NOON)


def test_waiting_for_a_run_ends_when_it_has_ended() -> None:
    desk = Desk()
    run = desk.start()
    desk.machines.states[run] = RunState(status="SUCCEEDED", output={"outcome": "DONE"})
    assert settled(run, desk.ports).state.output == {"outcome": "DONE"}


def test_waiting_for_a_run_has_an_end() -> None:
    desk = Desk()
    seen = settled(desk.start(), desk.ports)
    assert seen.state.status == "RUNNING"
    assert desk.clock.now() - NOON >= PATIENCE


ROLE = "arn:aws:sts::000000000000:assumed-role/service/{session}"


def asked_by(arn: str) -> tuple[Desk, str]:
    desk = Desk()
    desk.ports = replace(desk.ports, elsewhere={"support": ("role/service", "user/ada"), "auditor": ("role/service",)})
    return desk, propose("support", "refunds.issue_refund", refund(), desk.call(arn=arn), desk.ports)


def test_a_role_sees_what_it_asked_for_in_whatever_session() -> None:
    desk, run = asked_by(ROLE.format(session="one"))
    assert asked("support", run, Requester(arn=ROLE.format(session="another")), desk.ports).run == run


@pytest.mark.parametrize(
    ("agent", "arn"),
    [("support", "arn:aws:iam::000000000000:user/ada"), ("auditor", ROLE.format(session="one"))],
    ids=["another who speaks for the agent", "another agent that the caller speaks for"],
)
def test_what_others_asked_for_or_in_another_agents_name_is_not_there(agent: str, arn: str) -> None:
    desk, run = asked_by(ROLE.format(session="one"))
    with pytest.raises(NotFound):
        asked(agent, run, Requester(arn=arn), desk.ports)


@pytest.mark.parametrize("arn", ["arn:aws:sts::111111111111:assumed-role/service/one", "arn:aws:iam::000000000000:user/eve"])
def test_who_does_not_speak_for_an_agent_is_not_told_what_there_is(arn: str) -> None:
    desk, run = asked_by(ROLE.format(session="one"))
    for each in (run, "run-0"):
        with pytest.raises(Denied):
            asked("support", each, Requester(arn=arn), desk.ports)
