"""The API, through its handler."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urljoin

import pytest

from lambdas.api import delegations as delegation_routes
from lambdas.api import handler as api
from lambdas.api.wiring import ApiPorts
from remit.approval_ports import RequestApproval
from remit.domain.delegation import Delegator
from remit.domain.ledger import Draft, Kind
from remit.domain.model import JsonObject
from remit.ports import RunState
from remit.usecases import approval_entries
from remit.usecases.agents import AgentPorts
from remit.usecases.delegations import DelegationPorts
from remit.usecases.extract import ExtractPorts
from remit.usecases.redact import RedactPorts
from remit.usecases.runs import propose
from remit.usecases.undo import UndoPorts
from tests.fakes.clock import NOON
from tests.fakes.facts import fact_desk
from tests.fakes.gate import PAYLOADS, REFUNDS, RUN, World, catalogue_of, make_approval, make_intent, refund
from tests.fakes.http import CALLER, Context, answer_of, event
from tests.fakes.logs import MemoryLogs
from tests.fakes.outside import WokenGate
from tests.fakes.records import MemoryDelegations, MemoryUndoings
from tests.fakes.transcripts import MemoryTranscripts
from tests.unit.test_runs import Desk

INTENT = {"agent": "support", "tool": "refunds.issue_refund", "payload": refund()}


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    desk = Desk()
    agents = AgentPorts(domains={"support": "refunds"}, catalogues=catalogue_of, records=desk.records, clock=desk.clock)
    delegations = DelegationPorts(
        delegations=MemoryDelegations(desk.records), records=desk.records, machines=desk.machines, gate=WokenGate(), clock=desk.clock
    )
    undo = UndoPorts(charters={"refunds": REFUNDS}, undoings=MemoryUndoings(desk.records), runs=desk.ports)
    facts, tokens = fact_desk(desk.clock), desk.tokens
    extracts = ExtractPorts(charters={}, desk=facts, logs=MemoryLogs(), runs=desk.ports)
    ports = ApiPorts(runs=desk.ports, undo=undo, agents=agents, facts=facts, delegations=delegations, tokens=tokens, extract=extracts)
    for module in (api, delegation_routes):
        monkeypatch.setattr(module, "ports", lambda: ports)
    return desk


def call(method: str, path: str, body: object = None, **headers: str) -> tuple[int, Any]:
    text = body if isinstance(body, str) or body is None else json.dumps(body)
    return answer_of(api.handler(event(method, path, body=text, headers=headers), Context()))


def header(response: dict[str, Any], name: str) -> str | None:
    values: list[str] = response["multiValueHeaders"].get(name, [])
    return values[0] if values else None


def act(desk: Desk, monkeypatch: pytest.MonkeyPatch, state: RunState) -> tuple[int, Any]:
    monkeypatch.setattr(desk.machines, "state", lambda workflow, run: state)
    return call("POST", "/intents", INTENT)


def test_a_run_is_accepted_in_the_name_of_who_signed(desk: Desk) -> None:
    status, body = call("POST", "/runs", {"workflow": "refunds", "input": {"message": "hello", "requester": "root"}})
    assert (status, body["status"]) == (202, "RUNNING")
    assert desk.machines.started[body["run"]][1]["requester"] == {"arn": CALLER}


def test_the_scope_that_an_intent_states_is_recorded_with_its_run(desk: Desk) -> None:
    scope = {"reach": "record", "about": {"order_id": "O-1001"}}
    _, body = call("POST", "/intents", {**INTENT, "scope": scope})
    assert desk.records.entries(body["run"])[0].body["scope"] == scope
    status, body = call("POST", "/intents", {**INTENT, "scope": {"reach": "planet"}})
    assert (status, "scope.reach" in body["message"]) == (400, True)


def test_the_idempotency_key_header_makes_a_repeat_the_same_run(desk: Desk) -> None:
    given = {"workflow": "refunds", "input": {}}
    runs = {call("POST", "/runs", given, **{"Idempotency-Key": "k"})[1]["run"] for _ in range(2)}
    assert len(runs) == 1


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/runs", "this is no JSON", "body"),
        ("/runs", {"workflow": "payroll", "input": {}}, "workflow"),
        ("/runs", {"workflow": 7, "input": {}}, "body.workflow"),
        ("/runs", {"workflow": "refunds"}, "body.input"),
        ("/runs", {"workflow": "refunds", "input": "hello"}, "body.input"),
        ("/runs", {"workflow": "refunds", "input": {}, "role": "admin"}, "body.role"),
        ("/intents", {"agent": "support", "tool": "payroll.pay", "payload": {}}, "tool"),
        ("/intents", {"agent": "support", "tool": "refunds.issue_refund", "payload": []}, "body.payload"),
    ],
)
def test_a_malformed_request_is_400_with_the_fields_path(desk: Desk, path: str, body: object, field: str) -> None:
    status, answer = call("POST", path, body)
    assert (status, answer["error"]) == (400, "Remit.InvalidRequest")
    assert answer["reasons"][0]["policy"].startswith(field)
    assert desk.machines.started == {}


@pytest.mark.parametrize(
    "payload", ["[" * 5_000 + "]" * 5_000, '{"amount": NaN}', '{"amount": 1e400}', '{"amount": ' + "9" * 5_000 + "}", '{"a": 1, "a": 2}']
)
def test_a_body_that_readers_could_take_differently_is_400(desk: Desk, payload: str) -> None:
    status, answer = call("POST", "/intents", f'{{"agent": "support", "tool": "refunds.issue_refund", "payload": {payload}}}')
    assert (status, answer["error"], answer["reasons"][0]["policy"]) == (400, "Remit.InvalidRequest", "body")
    assert desk.machines.started == {}


def test_an_unknown_run_is_404(desk: Desk) -> None:
    assert call("GET", "/runs/run-none")[0] == 404


def test_a_run_tells_its_status_outcome_and_ledger(desk: Desk) -> None:
    run = desk.start()
    desk.machines.states[run] = RunState(status="SUCCEEDED", output={"outcome": "DONE"})
    status, body = call("GET", f"/runs/{run}")
    assert (status, body["status"], body["outcome"]) == (200, "SUCCEEDED", {"outcome": "DONE"})
    assert [entry["kind"] for entry in body["entries"]] == ["run.started"]


@pytest.mark.parametrize(
    ("output", "status"),
    [
        ({"outcome": "DONE", "error": None}, 200),
        ({"outcome": "REFUSED", "error": "Remit.Denied"}, 403),
        ({"outcome": "REFUSED", "error": "Remit.ApprovalRejected"}, 403),
        ({"outcome": "REFUSED", "error": "Remit.InvalidPayload"}, 400),
    ],
)
def test_what_came_of_an_action_is_its_status(desk: Desk, monkeypatch: pytest.MonkeyPatch, output: JsonObject, status: int) -> None:
    assert act(desk, monkeypatch, RunState(status="SUCCEEDED", output=output))[0] == status


@pytest.mark.parametrize(
    ("state", "status"),
    [
        (RunState(status="FAILED", error="Remit.Unavailable", cause="engine down"), 503),
        (RunState(status="FAILED", error="Remit.OutcomeUnverified"), 502),
        (RunState(status="ABORTED"), 502),
    ],
)
def test_a_failed_action_is_an_error_of_the_service(desk: Desk, monkeypatch: pytest.MonkeyPatch, state: RunState, status: int) -> None:
    answered, body = act(desk, monkeypatch, state)
    assert (answered, body["outcome"]) == (status, "FAILED")


def test_an_agent_is_stopped_and_let_go_on_in_the_name_of_who_signed(desk: Desk) -> None:
    status, body = call("POST", "/agents/support/suspend", {"reason": "it refunds too much"})
    assert (status, body["by"], body["reason"]) == (200, CALLER, "it refunds too much")
    (listed,) = call("GET", "/agents")[1]["agents"]
    assert (listed["agent"], listed["suspended"]["by"]) == ("support", CALLER)
    assert call("POST", "/agents/support/resume", {"reason": "mended"})[0] == 200
    assert call("GET", "/agents")[1]["agents"][0]["suspended"] is None


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/agents/stranger/suspend", {"reason": "r"}, 404),
        ("/agents/support/suspend", {}, 400),
        ("/agents/support/suspend", {"reason": ""}, 400),
        ("/agents/support/resume", {"reason": "it was never stopped"}, 400),
    ],
)
def test_a_wrong_request_stops_nobody(desk: Desk, path: str, body: JsonObject, status: int) -> None:
    assert call("POST", path, body)[0] == status
    assert desk.records.suspensions() == ()


def test_an_action_that_waits_for_a_human_is_202_with_the_question(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def ask(workflow: str, run: str, payload: JsonObject) -> None:
        approval = make_approval(make_intent(refund(), run=run))
        desk.records.commit(run, [RequestApproval(approval=approval)], [approval_entries.requested(approval)])

    monkeypatch.setattr(desk.machines, "start", ask)
    monkeypatch.setattr(desk.machines, "state", lambda workflow, run: RunState(status="RUNNING"))
    response = api.handler(event("POST", "/intents", body=json.dumps(INTENT)), Context())
    status, body = answer_of(response)
    assert (status, body["outcome"], body["route"]) == (202, "WAITING", "finance")
    assert len(body["approval"]) == 40
    assert urljoin("https://api.example/prod/intents", body["poll"]) == f"https://api.example/prod/runs/{body['run']}"
    assert (header(response, "Location"), header(response, "Retry-After")) == (body["poll"], "2")


def test_an_action_is_asked_for_in_the_name_of_the_agent_in_the_path(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk.machines, "state", lambda workflow, run: RunState(status="RUNNING"))
    monkeypatch.setattr("remit.usecases.runs.PATIENCE", timedelta())
    status, body = call("POST", "/agents/support/intents", {"tool": INTENT["tool"], "payload": refund()})
    assert (status, desk.machines.started[body["run"]][1]["agent"]) == (202, "support")
    polled = f"https://api.example/prod/agents/support/intents/{body['run']}"
    assert urljoin("https://api.example/prod/agents/support/intents", body["poll"]) == polled


def test_a_body_cannot_name_another_agent_than_the_path(desk: Desk) -> None:
    status, answer = call("POST", "/agents/support/intents", {**INTENT, "agent": "auditor"})
    assert (status, answer["reasons"][0]["policy"], desk.machines.started) == (400, "body.agent", {})


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/agents/auditor/intents", {"tool": INTENT["tool"], "payload": refund()}),
        ("/agents/nobody/intents", {"tool": INTENT["tool"], "payload": refund()}),
        ("/intents", {**INTENT, "agent": "auditor"}),
        ("/intents", {**INTENT, "agent": "nobody"}),
    ],
)
def test_who_does_not_speak_for_the_agent_gets_403_and_nothing_is_started(desk: Desk, path: str, body: object) -> None:
    status, answer = call("POST", path, body)
    assert (status, answer["error"], [reason["policy"] for reason in answer["reasons"]]) == (403, "Remit.Denied", ["agent.elsewhere"])
    assert (desk.machines.started, desk.records.ledger) == ({}, {})


def waiting(desk: Desk) -> str:
    """A run that waits for finance."""
    run = propose("support", "refunds.issue_refund", refund(), desk.call(arn=CALLER), desk.ports)
    approval = make_approval(make_intent(refund(), run=run))
    desk.records.commit(run, [RequestApproval(approval=approval)], [approval_entries.requested(approval)])
    return run


def addressed(path: str, body: JsonObject) -> str:
    """The path that an answer's `poll` leads to from the path that was asked."""
    return urljoin(f"https://api.example{path}", str(body["poll"])).removeprefix("https://api.example")


def test_who_asked_in_an_agents_name_sees_how_it_stands_and_nothing_else_of_the_run(desk: Desk) -> None:
    run = waiting(desk)
    path = f"/agents/support/intents/{run}"
    response = api.handler(event("GET", path), Context())
    status, body = answer_of(response)
    assert (status, body["outcome"], body["route"], addressed(path, body)) == (202, "WAITING", "finance", path)
    assert set(body) == {"run", "outcome", "poll", "approval", "route", "reasons", "expires_at"}
    assert (header(response, "Location"), header(response, "Retry-After")) == (body["poll"], "2")


def test_how_an_action_ended_is_an_answer_whatever_it_is(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    run = waiting(desk)
    refused: JsonObject = {"outcome": "REFUSED", "error": "Remit.Denied", "message": "No.", "reasons": [], "receipt": None, "say": None}
    monkeypatch.setattr(desk.machines, "state", lambda workflow, run: RunState(status="SUCCEEDED", output=refused))
    assert call("GET", f"/agents/support/intents/{run}") == (200, {"run": run, **refused})


def test_who_asked_in_an_agents_name_takes_it_back_there_too(desk: Desk) -> None:
    run = waiting(desk)
    path = f"/agents/support/intents/{run}/withdraw"
    status, body = call("POST", path, {})
    assert (status, body["outcome"], body["error"], "poll" in body) == (200, "REFUSED", "Remit.Withdrawn", False)
    assert call("POST", path, {}) == (status, body)


def test_where_an_action_is_not_taken_back_the_answer_says_where_to_ask_again(desk: Desk) -> None:
    run = propose("support", "refunds.issue_refund", refund(), desk.call(arn=CALLER), desk.ports)
    path = f"/agents/support/intents/{run}/withdraw"
    status, body = call("POST", path, {})
    assert (status, body["outcome"], addressed(path, body)) == (202, "RUNNING", f"/agents/support/intents/{run}")


ANOTHERS = "arn:aws:iam::000000000000:user/ada"


@pytest.mark.parametrize("ask", [("GET", ""), ("POST", "/withdraw")])
@pytest.mark.parametrize("whose", ["another caller's", "a workflow's", "nobody's"])
def test_any_other_run_is_404_in_the_same_words_and_is_left_as_it_is(desk: Desk, ask: tuple[str, str], whose: str) -> None:
    runs: dict[str, Callable[[], str]] = {
        "another caller's": lambda: propose("support", "refunds.issue_refund", refund(), desk.call(arn=ANOTHERS), desk.ports),
        "a workflow's": lambda: desk.start(arn=CALLER),
        "nobody's": lambda: "run-0",
    }
    run, (method, verb) = runs[whose](), ask
    told = {"error": "Remit.NotFound", "message": f"There is no run '{run}'.", "reasons": []}
    assert call(method, f"/agents/support/intents/{run}{verb}", {} if verb else None) == (404, told)
    assert desk.machines.states == {}


@pytest.mark.parametrize("ask", [("GET", ""), ("POST", "/withdraw")])
def test_who_does_not_speak_for_the_agent_sees_and_takes_back_nothing(desk: Desk, ask: tuple[str, str]) -> None:
    run, (method, verb) = waiting(desk), ask
    eve = "arn:aws:iam::000000000000:user/eve"
    status, body = answer_of(api.handler(event(method, f"/agents/support/intents/{run}{verb}", body="{}", caller=eve), Context()))
    assert (status, body["reasons"][0]["policy"], desk.machines.states) == (403, "agent.elsewhere", {})


def test_what_waits_for_a_human_is_taken_back_by_who_asked_for_it(desk: Desk) -> None:
    run = waiting(desk)
    status, body = call("POST", f"/runs/{run}/withdraw", {})
    assert (status, body["status"], body["outcome"]["outcome"], body["outcome"]["error"]) == (200, "ABORTED", "REFUSED", "Remit.Withdrawn")
    assert [entry["kind"] for entry in body["entries"]][-1] == "run.finished"
    assert call("POST", f"/runs/{run}/withdraw", {})[1] == body


def test_nobody_takes_back_what_another_asked_for(desk: Desk) -> None:
    run = waiting(desk)
    response = api.handler(event("POST", f"/runs/{run}/withdraw", body="{}", caller="arn:aws:iam::000000000000:user/eve"), Context())
    assert (answer_of(response)[0], desk.machines.states) == (404, {})


def test_what_does_not_wait_for_a_human_is_not_stopped(desk: Desk) -> None:
    run = propose("support", "refunds.issue_refund", refund(), desk.call(arn=CALLER), desk.ports)
    status, body = call("POST", f"/runs/{run}/withdraw", {})
    assert (status, body["status"], desk.machines.states) == (200, "RUNNING", {})


def test_an_agents_tools_are_its_row_of_the_matrix_with_their_schemas(desk: Desk) -> None:
    status, body = call("GET", "/agents/support/tools")
    assert (status, [tool["name"] for tool in body["tools"]]) == (200, [*REFUNDS.agents["support"].tools])
    assert body["tools"][0]["parameters"] == PAYLOADS["refunds.issue_refund"].model_json_schema()
    assert call("GET", "/agents/stranger/tools")[0] == 404


def test_tools_that_have_not_changed_are_not_sent_again(desk: Desk) -> None:
    tag = header(api.handler(event("GET", "/agents/support/tools"), Context()), "ETag")
    again = api.handler(event("GET", "/agents/support/tools", headers={"If-None-Match": str(tag)}), Context())
    other = api.handler(event("GET", "/agents/support/tools", headers={"If-None-Match": '"old"'}), Context())
    assert (again["statusCode"], again["body"], other["statusCode"]) == (304, "", 200)
    assert header(again, "Cache-Control") == "private, max-age=60"


CAROL = Delegator(delegation="d1", person="sub-carol", name="carol", groups=("clerks",), expires_at=NOON + timedelta(hours=1))


def test_a_run_is_accepted_on_behalf_of_the_person_whose_token_is_good(desk: Desk) -> None:
    desk.tokens.good["token-of-carol"] = CAROL
    status, body = call("POST", "/runs", {"workflow": "refunds", "input": {}}, **{"Remit-Delegation": "token-of-carol"})
    assert status == 202
    assert desk.records.entries(body["run"])[0].body["delegator"] == CAROL.model_dump(mode="json")


@pytest.mark.parametrize(("path", "body"), [("/runs", {"workflow": "refunds", "input": {}}), ("/intents", INTENT)])
def test_a_token_that_is_no_good_is_401_and_starts_nothing(desk: Desk, path: str, body: object) -> None:
    status, answer = call("POST", path, body, **{"Remit-Delegation": "forged"})
    assert (status, answer["error"], answer["message"]) == (401, "Remit.Unauthenticated", "The person's token has expired.")
    assert (desk.machines.started, desk.records.ledger) == ({}, {})


def test_a_person_whom_the_charter_does_not_know_is_403(desk: Desk) -> None:
    desk.tokens.good["token-of-carol"] = CAROL.model_copy(update={"groups": ("strangers",)})
    status, answer = call("POST", "/intents", INTENT, **{"Remit-Delegation": "token-of-carol"})
    assert (status, answer["error"], desk.machines.started) == (403, "Remit.UnknownPerson", {})


def test_a_token_is_in_no_ledger_entry_and_no_input_of_a_machine(desk: Desk) -> None:
    desk.tokens.good["token-of-carol"] = CAROL
    call("POST", "/intents", INTENT, **{"Remit-Delegation": "token-of-carol"})
    assert "token-of-carol" not in repr((desk.records.ledger, desk.machines.started, desk.records.uses))


def test_a_persons_delegations_are_listed_and_one_is_revoked_in_the_name_of_who_signed(desk: Desk) -> None:
    desk.tokens.good["token-of-carol"] = CAROL
    _, started = call("POST", "/runs", {"workflow": "refunds", "input": {}}, **{"Remit-Delegation": "token-of-carol"})
    status, listed = answer_of(api.handler(event("GET", "/delegations", query={"person": "carol"}), Context()))
    assert (status, [each["id"] for each in listed["delegations"]]) == (200, ["d1"])
    status, revoked = call("POST", "/delegations/d1/revoke", {"reason": "carol has left"})
    assert (status, revoked["stopped"], revoked["delegation"]["revoked"]["by"]) == (200, [started["run"]], CALLER)


def test_a_delegation_that_nobody_used_is_404(desk: Desk) -> None:
    assert call("POST", "/delegations/d9/revoke", {"reason": "carol has left"})[0] == 404


def a_run_that_paid(desk: Desk) -> None:
    """In the desk's own records, and ended."""
    world = World()
    world.propose(refund(100_00))
    vars(desk.records).update(vars(world.records))
    desk.machines.states[RUN] = RunState(status="SUCCEEDED", output={"outcome": "DONE"})


def test_an_undo_is_accepted_in_the_name_of_who_signed_and_shown(desk: Desk) -> None:
    a_run_that_paid(desk)
    status, body = call("POST", f"/runs/{RUN}/undo", {})
    ((attempt, (workflow, start)),) = desk.machines.started.items()
    assert (status, body["attempt"]["run"], body["attempt"]["status"]) == (202, attempt, "RUNNING")
    assert (workflow, start["requester"], start["undoes"]) == ("refunds-undo", {"arn": CALLER}, RUN)
    assert [(step["tool"], step["standing"]) for step in body["steps"]] == [("refunds.issue_refund", "OPEN")]
    assert call("GET", f"/runs/{RUN}/undo") == (200, body)


def test_transcripts_are_redacted_in_the_name_of_who_signed_and_not_without_a_reason(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    transcripts, run = MemoryTranscripts(), desk.start()
    kept = transcripts.keep(run, [{"content": "asked"}], [{"content": "answered"}])
    desk.records.commit(run, [], [Draft(kind=Kind.MODEL_CALLED, body={"archived": kept.model_dump(mode="json")})])
    monkeypatch.setattr(api, "redacting", lambda: RedactPorts(records=desk.records, transcripts=transcripts))
    assert (call("POST", f"/runs/{run}/redact", {})[0], len(transcripts.kept)) == (400, 2)
    status, body = call("POST", f"/runs/{run}/redact", {"reason": "They asked for it."})
    assert (status, body, transcripts.kept) == (200, {"run": run, "transcripts": [kept.input, kept.output]}, {})
    assert desk.records.entries(run)[-1].body["by"] == CALLER
    assert call("POST", "/runs/run-unknown/redact", {"reason": "They asked for it."})[0] == 404


def test_a_run_that_goes_on_is_not_undone(desk: Desk) -> None:
    run = desk.start()
    status, body = call("POST", f"/runs/{run}/undo", {})
    assert (status, body["error"]) == (409, "Remit.RunOpen")


@pytest.mark.parametrize("run", ["run-unknown", "agent-support"])
def test_what_is_no_run_is_not_undone(desk: Desk, run: str) -> None:
    call("POST", "/agents/support/suspend", {"reason": "An audit."})
    assert call("POST", f"/runs/{run}/undo", {})[0] == 404
