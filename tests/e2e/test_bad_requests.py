import json
from typing import Any

import pytest
import requests
from requests_aws4auth import AWS4Auth

from remit.cli.demo.world import World
from remit.client import Credentials, RemitClient
from remit.client_errors import Forbidden, NotFound
from remit.local.cloud import CloudState

pytestmark = pytest.mark.vouched("ministack")

PAYLOAD = {"account_id": "A-100", "order_id": "O-1003", "amount": 1500, "currency": "USD", "reason": "late"}


def post(state: CloudState, world: World, path: str, body: str) -> tuple[int, dict[str, Any]]:
    """A signed request with any body at all."""
    auth = AWS4Auth(state.admin.access_key_id, state.admin.secret_access_key, state.region, "execute-api")
    answer = requests.post(world.url + path, data=body.encode(), auth=auth, headers={"Content-Type": "application/json"}, timeout=30)
    return answer.status_code, answer.json()


@pytest.mark.parametrize(("method", "path"), [("POST", "/runs"), ("GET", "/runs/run-1"), ("POST", "/intents"), ("GET", "/approvals")])
def test_an_unsigned_request_gets_403(world: World, method: str, path: str) -> None:
    assert requests.request(method, world.url + path, json={}, timeout=30).status_code == 403


def test_a_wrongly_signed_request_gets_403(state: CloudState, world: World) -> None:
    forger = RemitClient(world.url, state.region, Credentials(world.caller.access_key_id, "wrong"))
    nobody = RemitClient(world.url, state.region, Credentials("AKIANOBODY0000000000", "wrong"))
    for caller in (forger, nobody):
        with pytest.raises(Forbidden):
            caller.approvals()


def test_a_caller_without_permission_gets_403_everywhere(world: World) -> None:
    with pytest.raises(Forbidden):
        world.stranger.start_run("refunds", {"message": "hi"})
    with pytest.raises(Forbidden):
        world.stranger.run("run-1")
    with pytest.raises(Forbidden):
        world.stranger.act("support", "refunds.issue_refund", PAYLOAD)


@pytest.mark.parametrize(
    ("path", "body", "where"),
    [
        ("/runs", "{not json", "body"),
        ("/runs", "[]", "body"),
        ("/runs", '{"input": {}}', "body.workflow"),
        ("/runs", '{"workflow": 7, "input": {}}', "body.workflow"),
        ("/runs", '{"workflow": "refunds", "input": "hi"}', "body.input"),
        ("/runs", '{"workflow": "refunds", "input": {}, "requester": {"arn": "arn:aws:iam::1:root"}}', "body.requester"),
        ("/runs", '{"workflow": "nope", "input": {}}', "workflow"),
        ("/intents", '{"agent": "support", "tool": "refunds.issue_refund", "payload": 3}', "body.payload"),
        ("/intents", '{"agent": "support", "tool": "nope.nope", "payload": {}}', "tool"),
    ],
)
def test_a_malformed_request_gets_400_and_the_fields_path(state: CloudState, world: World, path: str, body: str, where: str) -> None:
    status, answer = post(state, world, path, body)
    assert (status, answer["error"]) == (400, "Remit.InvalidRequest")
    assert any(reason["policy"].startswith(where) for reason in answer["reasons"]), answer


def test_an_unknown_run_gets_404(world: World) -> None:
    with pytest.raises(NotFound):
        world.client.run("run-nope")


def test_an_agent_without_a_cell_in_the_matrix_is_denied(world: World) -> None:
    before = world.rows("refunds")
    answer = world.client.act("planner", "refunds.issue_refund", PAYLOAD)
    assert (answer.outcome, answer.error) == ("REFUSED", "Remit.Denied")
    assert world.rows("refunds") == before


@pytest.mark.parametrize("agent", ["nobody", "support ", "support/../planner"])
def test_in_the_name_of_an_agent_that_is_none_nobody_asks(state: CloudState, world: World, agent: str) -> None:
    with pytest.raises(Forbidden):
        world.client.act(agent, "refunds.issue_refund", PAYLOAD)
    body = json.dumps({"agent": agent, "tool": "refunds.issue_refund", "payload": PAYLOAD})
    status, answer = post(state, world, "/intents", body)
    assert (status, answer["reasons"][0]["policy"]) == (403, "agent.elsewhere")


def test_a_made_up_approval_link_decides_nothing(world: World) -> None:
    address = f"{world.url}/approvals/{'0' * 40}"
    page = requests.get(address, params={"token": "guess"}, timeout=30)
    answer = requests.post(address, data={"token": "guess", "verdict": "approve"}, timeout=30)
    assert (page.status_code, answer.status_code) == (410, 400)
