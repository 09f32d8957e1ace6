import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from typing import Any

import pytest
import requests

from remit.client import Credentials, RemitClient
from remit.client_errors import Conflict, DeadlinePassed, Forbidden, Invalid, NotFound, Unauthorized, Unavailable, Unexpected, Unreachable
from remit.delegation_client import DelegationClient

URL = "https://api.example/prod"
REASON = {"policy": "refunds.over-maximum", "reason": "Too much."}
RECEIPT = {"warrant": "w", "executed_as": "arn:role", "verification": "MATCH", "expected": {"amount": 1}, "observed": {"amount": 1}}


class Wire(requests.adapters.BaseAdapter):
    """Answers in order, the last one for ever; keeps what was sent."""

    def __init__(self, *answers: tuple[int, object] | tuple[int, object, Mapping[str, str]] | Exception) -> None:
        super().__init__()
        self.answers, self.sent = list(answers), []

    sent: list[requests.PreparedRequest]

    def send(self, request: requests.PreparedRequest, *_: object, **__: object) -> requests.Response:
        self.sent.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        response = requests.Response()
        response.status_code, body, *headers = answer
        response.headers.update(*headers)
        response._content = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        return response

    def close(self) -> None:
        return None

    def key(self, number: int) -> str:
        return str(self.sent[number].headers["Idempotency-Key"])


class Time:
    """A clock that sleeping moves."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds

    def now(self) -> float:
        return self.seconds


def client(wire: Wire, time: Time | None = None) -> RemitClient:
    session, time = requests.Session(), time or Time()
    session.mount("https://", wire)
    return RemitClient(URL, "eu-west-1", Credentials("AKIA", "secret"), session=session, sleep=time.sleep, clock=time.now)


def running(status: str = "RUNNING", **more: object) -> tuple[int, Mapping[str, object]]:
    return 200, {"run": "run-1", "workflow": "refunds", "status": status, "outcome": None, "entries": [], **more}


def test_a_run_is_started_by_a_request_signed_for_the_api_and_the_region() -> None:
    wire = Wire((202, {"run": "run-1", "status": "RUNNING"}))
    assert client(wire).start_run("refunds", {"message": "hi"}).run == "run-1"
    assert "/eu-west-1/execute-api/aws4_request" in str(wire.sent[0].headers["Authorization"])
    assert json.loads(wire.sent[0].body or b"") == {"workflow": "refunds", "input": {"message": "hi"}}


def test_an_action_is_asked_for_at_the_agents_own_address() -> None:
    wire = Wire((200, {"run": "run-1", "outcome": "DONE"}))
    client(wire).act("support/../planner", "refunds.offer_refund", {"amount": 1})
    assert str(wire.sent[0].url) == f"{URL}/agents/support%2F..%2Fplanner/intents"
    assert json.loads(wire.sent[0].body or b"") == {"tool": "refunds.offer_refund", "payload": {"amount": 1}}


def test_the_person_behind_a_call_is_signed_with_it() -> None:
    wire = Wire((202, {"run": "run-1", "status": "RUNNING"}))
    client(wire).start_run("claims", {}, on_behalf_of="a.persons.token")
    assert wire.sent[0].headers["Remit-Delegation"] == "a.persons.token"
    assert "remit-delegation" in str(wire.sent[0].headers["Authorization"])


def test_a_call_for_nobody_names_nobody() -> None:
    wire = Wire((202, {"run": "run-1", "status": "RUNNING"}))
    client(wire).start_run("claims", {})
    assert "Remit-Delegation" not in wire.sent[0].headers


def test_a_token_that_is_not_good_is_unauthorized_and_not_sent_again() -> None:
    wire = Wire((401, {"error": "Remit.Unauthenticated", "message": "The person's token is not good: it has expired."}))
    with pytest.raises(Unauthorized, match="it has expired"):
        client(wire).start_run("claims", {}, on_behalf_of="a.persons.token")
    assert len(wire.sent) == 1


def test_delegations_are_listed_and_revoked() -> None:
    kept = {"id": "d1", "person": "sub-carol", "name": "carol", "tenant": "north", "expires_at": "2026-11-22T13:00:00Z"}
    listing, revoking = Wire((200, {"delegations": [kept]})), Wire((200, {"delegation": kept, "stopped": ["run-1"]}))
    assert [each.id for each in DelegationClient(client(listing)).of_person("carol")] == ["d1"]
    assert DelegationClient(client(revoking)).revoke("d1", "carol has left").stopped == ("run-1",)
    assert (listing.sent[0].path_url, revoking.sent[0].path_url) == ("/prod/delegations?person=carol", "/prod/delegations/d1/revoke")
    assert json.loads(revoking.sent[0].body or b"") == {"reason": "carol has left"}


def test_every_start_has_a_key_of_its_own_unless_one_is_given() -> None:
    wire = Wire((202, {"run": "run-1", "status": "RUNNING"}))
    caller = client(wire)
    caller.start_run("refunds", {})
    caller.start_run("refunds", {})
    caller.start_run("refunds", {}, key="mine")
    assert wire.key(0) != wire.key(1)
    assert wire.key(2) == "mine"


@pytest.mark.parametrize("trouble", [(503, {"error": "Remit.Unavailable"}), (502, "<html>"), requests.ConnectionError("reset")])
def test_a_call_that_met_trouble_is_sent_again_with_the_same_key(trouble: tuple[int, object] | Exception) -> None:
    wire = Wire(trouble, (200, {"run": "run-1", "outcome": "DONE", "receipt": RECEIPT}))
    assert client(wire).act("support", "refunds.issue_refund", {}).outcome == "DONE"
    assert wire.key(0) == wire.key(1)


def test_trouble_that_stays_is_unavailable_after_four_tries() -> None:
    wire = Wire((503, {"error": "Remit.Unavailable", "message": "The gate did not answer."}))
    with pytest.raises(Unavailable, match="The gate did not answer") as raised:
        client(wire).act("support", "refunds.issue_refund", {})
    assert (raised.value.code, len(wire.sent)) == ("Remit.Unavailable", 4)


def test_an_address_where_nothing_answers_is_unreachable() -> None:
    with pytest.raises(Unreachable, match=r"api\.example"):
        client(Wire(requests.ConnectionError("refused"))).approvals()


def test_a_denied_action_is_a_result_with_reasons() -> None:
    body = {"run": "run-1", "outcome": "REFUSED", "error": "Remit.Denied", "message": "No.", "reasons": [REASON]}
    answer = client(Wire((403, body))).act("support", "refunds.issue_refund", {})
    assert (answer.error, answer.reasons[0].policy) == ("Remit.Denied", "refunds.over-maximum")


def test_an_action_whose_outcome_is_not_known_is_told_and_not_sent_again() -> None:
    wire = Wire((502, {"run": "run-1", "outcome": "FAILED", "error": "Remit.OutcomeUnverified", "message": "Look first."}))
    answer = client(wire).act("support", "refunds.issue_refund", {})
    assert (answer.outcome, answer.error, len(wire.sent)) == ("FAILED", "Remit.OutcomeUnverified", 1)


WAITING = {"run": "run-1", "outcome": "WAITING", "approval": "a-1", "route": "finance", "reasons": [REASON]}


def test_an_action_that_waits_names_its_approval_and_route() -> None:
    answer = client(Wire((202, WAITING))).act("support", "refunds.issue_refund", {})
    assert (answer.outcome, answer.approval, answer.route) == ("WAITING", "a-1", "finance")


def test_a_malformed_payload_is_invalid_and_names_the_field() -> None:
    body = {"error": "Remit.InvalidPayload", "message": "…", "reasons": [{"policy": "payload.amount", "reason": "not positive"}]}
    with pytest.raises(Invalid) as raised:
        client(Wire((400, body))).act("support", "refunds.issue_refund", {})
    assert (raised.value.code, raised.value.reasons[0].policy) == ("Remit.InvalidPayload", "payload.amount")


def _approvals(caller: RemitClient) -> object:
    return caller.approvals()


def _run(caller: RemitClient) -> object:
    return caller.run("run-1")


@pytest.mark.parametrize(
    ("status", "body", "call", "error"),
    [
        (403, {"Message": "User is not authorized"}, _approvals, Forbidden),
        (404, {"error": "Remit.NotFound", "message": "There is no run."}, _run, NotFound),
        (409, {"message": "too late"}, _run, Conflict),
        (410, {"message": "gone"}, _run, Conflict),
        (418, {"message": "teapot"}, _run, Unexpected),
        (200, "<html>", _run, Unexpected),
        (200, {"approvals": "none"}, _approvals, Unexpected),
    ],
)
def test_each_other_answer_is_an_error_of_its_own(
    status: int, body: object, call: Callable[[RemitClient], object], error: type[Exception]
) -> None:
    with pytest.raises(error):
        call(client(Wire((status, body))))


def test_fields_of_a_newer_api_do_no_harm() -> None:
    assert client(Wire(running(colour="blue"))).run("run-1").status == "RUNNING"


def test_a_run_id_cannot_lead_to_another_path() -> None:
    wire = Wire(running())
    client(wire).run("../approvals?x")
    assert str(wire.sent[0].url) == f"{URL}/runs/..%2Fapprovals%3Fx"


def test_waiting_ends_when_the_run_does() -> None:
    wire = Wire(running(), running(), running("SUCCEEDED"))
    assert client(wire).wait("run-1", deadline=60).ended
    assert len(wire.sent) == 3


def test_waiting_ends_at_the_deadline_and_says_which_run_goes_on() -> None:
    with pytest.raises(DeadlinePassed, match="still RUNNING") as raised:
        client(Wire(running())).wait("run-1", deadline=5)
    assert raised.value.run == "run-1"


TOOL = {"name": "refunds.issue_refund", "description": "Pay.", "effect": "irreversible", "reach": "record", "parameters": {}}
TOOLS = {"agent": "support", "domain": "refunds", "description": "Answers.", "tools": [TOOL]}


def test_an_agents_tools_are_asked_for_once_while_they_may_be_kept() -> None:
    wire, time = Wire((200, TOOLS, {"ETag": '"a"', "Cache-Control": "private, max-age=60"})), Time()
    caller = client(wire, time)
    assert [tool.name for tool in caller.tools("support").tools] == ["refunds.issue_refund"]
    time.sleep(59)
    caller.tools("support")
    assert (len(wire.sent), "If-None-Match" in wire.sent[0].headers) == (1, False)


def test_tools_that_still_hold_are_kept_on_the_apis_word_and_new_ones_are_taken() -> None:
    fresh = {"Cache-Control": "private, max-age=60"}
    wire, time = Wire((200, TOOLS, {"ETag": '"a"', **fresh}), (304, "", fresh), (200, {**TOOLS, "tools": []}, {"ETag": '"b"'})), Time()
    caller = client(wire, time)
    first = caller.tools("support")
    time.sleep(60)
    assert (caller.tools("support"), wire.sent[1].headers["If-None-Match"]) == (first, '"a"')
    time.sleep(60)
    assert caller.tools("support").tools == ()


def test_an_action_that_waited_is_told_as_it_ended() -> None:
    wire = Wire((202, WAITING), (200, {"run": "run-1", "outcome": "DONE", "receipt": RECEIPT}))
    act = client(wire).settled("support", "run-1", deadline=60)
    assert (act.outcome, act.over, act.receipt is not None and act.receipt.verification) == ("DONE", True, "MATCH")
    assert {sent.url for sent in wire.sent} == {f"{URL}/agents/support/intents/run-1"}


def test_an_action_that_nobody_answers_is_waited_for_until_the_deadline() -> None:
    with pytest.raises(DeadlinePassed, match="run-1 is still WAITING"):
        client(Wire((202, WAITING))).settled("support", "run-1", deadline=5)


def test_an_action_is_taken_back_at_the_agents_own_address() -> None:
    wire = Wire((200, {"run": "run-1", "outcome": "REFUSED", "error": "Remit.Withdrawn"}))
    assert client(wire).withdraw_intent("support", "run-1").error == "Remit.Withdrawn"
    assert (wire.sent[0].method, wire.sent[0].url) == ("POST", f"{URL}/agents/support/intents/run-1/withdraw")


def test_what_is_taken_back_is_told_as_it_stands() -> None:
    wire = Wire(running("ABORTED", outcome={"outcome": "REFUSED", "error": "Remit.Withdrawn"}))
    assert client(wire).withdraw("run-1").act.error == "Remit.Withdrawn"
    assert (wire.sent[0].method, wire.sent[0].url) == ("POST", f"{URL}/runs/run-1/withdraw")


def test_a_question_is_open_until_its_approval_is_decided() -> None:
    asked = {"run": "run-1", "seq": 0, "at": "2026-01-01T00:00:00Z", "kind": "approval.requested", "body": {"approval": "a"}}
    links: dict[str, Any] = {"previous": "0", "hash": "1"}
    waiting = client(Wire(running(entries=[asked | links]))).run("run-1")
    answered = client(Wire(running(entries=[asked | links, asked | links | {"kind": "approval.decided"}]))).run("run-1")
    assert (waiting.question, answered.question) == ({"approval": "a"}, None)


def test_the_client_needs_no_terminal_and_no_cdk() -> None:
    question = "import sys, remit.client; print({'typer', 'rich', 'aws_cdk', 'boto3'} & set(sys.modules))"
    answer = subprocess.run([sys.executable, "-c", question], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "set()"
