"""Agents that run elsewhere: with the installed package, an address and credentials, and nothing of this repository."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urljoin

import anyio
import pytest
import requests
from anyio import to_thread
from mcp import Client, MCPError
from mcp_types import INVALID_PARAMS
from requests_aws4auth import AWS4Auth

from remit.answers import Run
from remit.charters import load_charter, load_payloads
from remit.cli.demo.world import PATIENCE_SECONDS, Question, World
from remit.client import Credentials, RemitClient
from remit.client_errors import Forbidden, NotFound
from remit.domain.identifiers import callable_name
from remit.integrations.langchain import governed_tools
from remit.local.cloud import CloudState

pytestmark = pytest.mark.vouched("ministack")

REPOSITORY = Path(__file__).parents[2]
PROGRAMS = Path(sys.executable).parent
OFFERED = tuple(map(callable_name, load_charter(REPOSITORY / "charters" / "refunds.yaml").agents["support"].tools))
TOOLS = f"tools: {', '.join(OFFERED)}"
ORDER = {"account_id": "A-100", "order_id": "O-1006", "currency": "USD", "reason": "arrived broken"}


@pytest.fixture
def elsewhere(state: CloudState, world: World) -> dict[str, str]:
    """What such an agent has: the address, a region and the credentials of who speaks for it alone. It is not told where the local cloud
    is."""
    kept = {name: value for name, value in os.environ.items() if name in {"HOME", "LANG", "NO_PROXY", "no_proxy"}}
    return {
        **kept,
        "PATH": f"{PROGRAMS}:{os.environ['PATH']}",
        "REMIT_API_URL": world.url,
        "AWS_REGION": state.region,
        "AWS_ACCESS_KEY_ID": world.service.access_key_id,
        "AWS_SECRET_ACCESS_KEY": world.service.secret_access_key,
    }


def run(example: str, environment: dict[str, str], folder: Path) -> list[str]:
    program = [sys.executable, str(REPOSITORY / "docs" / "guides" / example)]
    done = subprocess.run(program, env=environment, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_an_action_that_waits_is_asked_for_again_at_the_address_that_it_names(state: CloudState, world: World) -> None:
    auth = AWS4Auth(world.caller.access_key_id, world.caller.secret_access_key, state.region, "execute-api")
    body = {"agent": "support", "tool": "refunds.issue_refund", "payload": {**ORDER, "amount": 1_200_00}}
    answer = requests.post(f"{world.url}/intents", json=body, auth=auth, timeout=60)
    assert (answer.status_code, answer.json()["outcome"]) == (202, "WAITING")
    polled = requests.get(urljoin(answer.url, answer.headers["Location"]), auth=auth, timeout=60)
    assert (polled.status_code, polled.json()["run"], polled.json()["status"]) == (200, answer.json()["run"], "RUNNING")


def withdrawn(world: World, run: str) -> Run:
    """The run once nobody is asked about it any more."""
    closed = world.client.wait(run, PATIENCE_SECONDS, until=lambda seen: any(e.kind == "approval.withdrawn" for e in seen.entries))
    assert run not in {approval.intent.run for approval in world.client.approvals()}
    return closed


def test_what_was_taken_back_is_not_done_by_an_approval_that_comes_later(world: World) -> None:
    before = world.rows("refunds")
    asked = world.client.act("support", "refunds.issue_refund", {**ORDER, "amount": 1_300_00})
    _, question = world.question(asked.run)
    world.open_page(question)
    world.client.withdraw(asked.run)
    assert world.ended(asked.run).act.error == "Remit.Withdrawn"
    closed = withdrawn(world, asked.run)
    assert "Taken back" in requests.get(question.link, timeout=30).text
    world.answer(question, "approve", "fine")
    assert (world.rows("refunds"), world.client.run(asked.run).entries) == (before, closed.entries)


def tried(world: World, path: str, body: dict[str, Any], state: CloudState, who: Credentials) -> tuple[int, Any, set[str]]:
    """The API's answer, and the runs that were begun all the same."""
    before = world.executions("refunds-action")
    auth = AWS4Auth(who.access_key_id, who.secret_access_key, state.region, "execute-api")
    answer = requests.post(world.url + path, json=body, auth=auth, timeout=60)
    return answer.status_code, answer.json(), world.executions("refunds-action") - before


REFUND: dict[str, Any] = {"tool": "refunds.issue_refund", "payload": {**ORDER, "amount": 10_00}}


def test_who_speaks_for_one_agent_is_refused_by_iam_in_anothers_name(state: CloudState, world: World) -> None:
    status, body, begun = tried(world, "/agents/support/intents", REFUND, state, world.secretarys)
    assert (status, begun) == (403, set())
    # API Gateway's own words: the API was not asked.
    assert "error" not in body


def test_and_by_the_charter_where_the_body_names_the_agent(state: CloudState, world: World) -> None:
    status, body, begun = tried(world, "/intents", {"agent": "support", **REFUND}, state, world.secretarys)
    assert (status, body["error"], body["reasons"][0]["policy"], begun) == (403, "Remit.Denied", "agent.elsewhere", set())


def test_whom_only_iam_lets_speak_for_an_agent_is_refused_by_its_charter(world: World) -> None:
    before = world.executions("refunds-action")
    hired = world.as_user("remit-e2e-hired", "speaker-support")
    with pytest.raises(Forbidden) as refused:
        hired.act("support", REFUND["tool"], REFUND["payload"])
    assert (refused.value.code, refused.value.reasons[0].policy) == ("Remit.Denied", "agent.elsewhere")
    assert world.executions("refunds-action") == before


@pytest.fixture
def service(state: CloudState, world: World) -> RemitClient:
    return RemitClient(world.url, state.region, world.service)


def test_who_speaks_for_one_agent_sees_and_takes_back_what_they_asked_for_and_no_ledger(world: World, service: RemitClient) -> None:
    waits = service.act("support", REFUND["tool"], {**ORDER, "amount": 1_600_00})
    assert (waits.outcome, service.intent("support", waits.run).route) == ("WAITING", "finance")
    for refused in (partial(service.run, waits.run), partial(service.withdraw, waits.run)):
        # By IAM: the path is not the agent's.
        with pytest.raises(Forbidden) as error:
            refused()
        assert error.value.code is None
    assert service.withdraw_intent("support", waits.run).error == "Remit.Withdrawn"
    assert service.settled("support", waits.run, PATIENCE_SECONDS).error == "Remit.Withdrawn"
    assert world.operator.run(waits.run).act.error == "Remit.Withdrawn"


def test_another_callers_run_is_not_there_for_them_and_goes_on(world: World, service: RemitClient) -> None:
    anothers = world.client.act("support", REFUND["tool"], {**ORDER, "amount": 1_700_00})
    told = set()
    for run in (anothers.run, f"run-{'0' * 32}"):
        for refused in (partial(service.intent, "support", run), partial(service.withdraw_intent, "support", run)):
            with pytest.raises(NotFound) as error:
                refused()
            told.add(error.value.message.replace(run, "…"))
    assert told == {"There is no run '…'."}
    assert world.client.run(anothers.run).act.outcome == "WAITING"
    world.client.withdraw(anothers.run)


def test_whom_only_iam_lets_speak_for_an_agent_is_refused_a_look_by_its_charter(world: World) -> None:
    waits = world.client.act("support", REFUND["tool"], {**ORDER, "amount": 1_800_00})
    with pytest.raises(Forbidden) as error:
        world.as_user("remit-e2e-hired", "speaker-support").intent("support", waits.run)
    assert error.value.reasons[0].policy == "agent.elsewhere"
    world.client.withdraw(waits.run)


def test_langchain_tells_the_model_of_it_and_nothing_is_begun(world: World) -> None:
    before = world.executions("refunds-action")
    (tool,) = (each for each in governed_tools(world.owner, "support") if each.name == "refunds__issue_refund")
    said = tool.invoke({"name": tool.name, "args": REFUND["payload"], "id": "call-1", "type": "tool_call"})
    assert (said.status, json.loads(said.content)["outcome"]) == ("error", "REFUSED")
    assert world.executions("refunds-action") == before


def test_the_tools_are_those_of_the_deployed_charter(world: World) -> None:
    charter, payloads = load_charter(REPOSITORY / "charters" / "refunds.yaml"), load_payloads("refunds")
    offered = {tool.name: tool.parameters for tool in world.client.tools("support").tools}
    assert offered == {name: payloads[charter.tools[name].payload].model_json_schema() for name in charter.agents["support"].tools}


def test_the_langgraph_example_hears_a_denial_and_finds_another_way(elsewhere: dict[str, str], tmp_path: Path) -> None:
    assert run("langgraph_agent.py", elsewhere, tmp_path) == [
        TOOLS,
        "human: My order O-1006 arrived broken. I want $6,000.00.",
        "refunds__issue_refund: REFUSED $5,000.00 is the largest refund that may be asked for, whoever approves.",
        "refunds__offer_refund: DONE",
        "ai: I have offered you $20.00.",
    ]


def test_the_mcp_example_lists_calls_is_refused_and_cancels(elsewhere: dict[str, str], tmp_path: Path, world: World) -> None:
    before = world.rows("refunds")
    tools, offered, denied, *meanwhile, last = run("mcp_host.py", elsewhere, tmp_path)
    assert tools == TOOLS
    assert (offered, last) == ("$20.00 offered: DONE", "cancelled")
    assert denied == "$6,000.00: REFUSED $5,000.00 is the largest refund that may be asked for, whoever approves."
    assert set(meanwhile) == {"meanwhile: finance has been asked to approve"}
    assert world.rows("refunds") == before


@contextmanager
def over_http(environment: dict[str, str], folder: Path) -> Iterator[str]:
    command = [str(PROGRAMS / "remit"), "mcp", "--agent", "support", "--transport", "http", "--port", "0"]
    with subprocess.Popen(command, env=environment, cwd=folder, stderr=subprocess.PIPE, text=True) as server:
        try:
            assert server.stderr is not None
            (address,) = re.findall(r"http://127\.0\.0\.1:\d+/mcp", server.stderr.readline())
            yield address
        finally:
            server.terminate()


def test_the_same_is_served_over_http_to_this_machine_and_to_no_web_page(elsewhere: dict[str, str], tmp_path: Path) -> None:
    async def talk(address: str) -> Any:  # noqa: ANN401
        async with Client(address) as host:
            listed = await host.list_tools()
            done = await host.call_tool("refunds__offer_refund", {**ORDER, "amount": 30_00})
            try:
                await host.call_tool("claims__read_claim", {})
            except MCPError as error:
                return listed.tools, done, error.code
        return None

    with over_http(elsewhere, tmp_path) as address:
        tools, done, refused = anyio.run(talk, address)
        page = requests.post(address, json={}, headers={"Origin": "https://evil.example"}, timeout=30)
    assert tuple(tool.name for tool in tools) == OFFERED
    assert (json.loads(done.content[0].text)["outcome"], refused, page.status_code) == ("DONE", INVALID_PARAMS, 403)


async def called_off(address: str, mode: Literal["legacy", "auto"], amount: int, world: World) -> Question:
    """What a human is asked, who has opened it, about a call that is cancelled then."""
    heard: list[str] = []
    asked = anyio.Event()

    async def listen(progress: float, total: float | None, message: str | None) -> None:
        heard.append(message or "")
        asked.set()

    def opened() -> Question:
        _, question = world.question(heard[0].split()[-1])
        world.open_page(question)
        return question

    async with Client(address, mode=mode) as host, anyio.create_task_group() as calls:
        calls.start_soon(partial(host.call_tool, "refunds__issue_refund", {**ORDER, "amount": amount}, progress_callback=listen))
        with anyio.fail_after(PATIENCE_SECONDS):
            await asked.wait()
        question = await to_thread.run_sync(opened)
        calls.cancel_scope.cancel()
    return question


# The handshake of before 2026-07-28, where a notice cancels, and the requests without one of after, where hanging up does.
@pytest.mark.parametrize(("mode", "amount"), [("legacy", 1_400_00), ("auto", 1_500_00)])
def test_what_is_cancelled_over_http_is_taken_back_and_no_approval_moves_it(
    elsewhere: dict[str, str], tmp_path: Path, world: World, mode: Literal["legacy", "auto"], amount: int
) -> None:
    before = world.rows("refunds")
    with over_http(elsewhere, tmp_path) as address:
        question = anyio.run(called_off, address, mode, amount, world)
        assert world.ended(question.run).act.error == "Remit.Withdrawn"
    closed = withdrawn(world, question.run)
    world.answer(question, "approve", "fine")
    assert (world.rows("refunds"), world.client.run(question.run).entries) == (before, closed.entries)


def test_an_agent_that_is_not_deployed_has_no_server(elsewhere: dict[str, str], tmp_path: Path, world: World) -> None:
    command = [str(PROGRAMS / "remit"), "mcp", "--agent", "nobody"]
    # Who may read any agent's tools.
    caller = {"AWS_ACCESS_KEY_ID": world.caller.access_key_id, "AWS_SECRET_ACCESS_KEY": world.caller.secret_access_key}
    done = subprocess.run(command, env=elsewhere | caller, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (1, "remit: Remit.NotFound: There is no agent 'nobody' in this deployment.\n")
