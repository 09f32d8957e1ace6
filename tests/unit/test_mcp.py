"""The MCP server, through the official client in the same process."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import pytest
from mcp import Client, MCPError
from mcp_types import INVALID_PARAMS, CallToolResult, ResourceLink, TextContent

from remit.client_errors import Unreachable
from remit.integrations.mcp import GovernedAgent, governed_server
from tests.fakes.elsewhere import DENIED, DONE, SCHEMA, WAITS, ScriptedClient

Talk = Callable[[Client], Awaitable[Any]]
# The handshake of before 2026-07-28, and the requests without one of after.
ERAS = ("legacy", "auto")


def talk(client: ScriptedClient, said: Talk, mode: str = "auto", patience: float = 0) -> Any:  # noqa: ANN401
    async def session() -> Any:  # noqa: ANN401
        agent = GovernedAgent(client, "support", patience, look_every=0.01)
        async with Client(governed_server(agent, "support"), mode=mode) as host:
            try:
                return await said(host)
            except MCPError as error:
                return error

    return anyio.run(session)


def pay(amount: int = 5) -> Talk:
    return lambda host: host.call_tool("refunds__issue_refund", {"amount": amount})


def told(result: CallToolResult) -> dict[str, Any]:
    (first, *_) = result.content
    assert isinstance(first, TextContent)
    found: dict[str, Any] = json.loads(first.text)
    return found


@pytest.mark.parametrize("mode", ERAS)
def test_exactly_the_tools_that_the_agent_may_call_are_listed(mode: str) -> None:
    listed = talk(ScriptedClient(DONE), lambda host: host.list_tools(), mode).tools
    pays, looks = listed
    assert (pays.name, pays.title, pays.description, pays.input_schema) == (
        "refunds__issue_refund",
        "refunds.issue_refund",
        "Pay money back.",
        SCHEMA,
    )
    assert (pays.annotations.destructive_hint, looks.annotations.read_only_hint) == (True, True)


@pytest.mark.parametrize("mode", ERAS)
def test_a_call_is_one_governed_action(mode: str) -> None:
    client = ScriptedClient(DONE)
    result = talk(client, pay(), mode)
    assert (result.is_error, told(result)["outcome"], told(result)["observed"]) == (False, "DONE", {"paid": 5})
    assert [asked[:2] for asked in client.asked] == [("refunds.issue_refund", {"amount": 5})]


@pytest.mark.parametrize("mode", ERAS)
def test_a_denial_is_an_error_of_the_tool_with_the_reasons(mode: str) -> None:
    result = talk(ScriptedClient(DENIED), pay(), mode)
    assert (result.is_error, told(result)["reasons"]) == (True, DENIED["reasons"])


def test_an_api_that_does_not_answer_is_an_error_of_the_tool() -> None:
    result = talk(ScriptedClient(Unreachable("https://api.example does not answer.")), pay())
    assert (result.is_error, told(result)["outcome"]) == (True, "UNKNOWN")


@pytest.mark.parametrize("mode", ERAS)
def test_a_tool_that_is_not_the_agents_is_an_error_of_the_protocol(mode: str) -> None:
    client = ScriptedClient(DONE)
    error = talk(client, lambda host: host.call_tool("refunds__wipe", {}), mode)
    assert (error.code, error.message) == (INVALID_PARAMS, "There is no tool 'refunds__wipe' for the agent 'support'.")
    assert client.asked == []


@pytest.mark.parametrize("mode", ERAS)
def test_a_call_that_waits_reports_progress_until_the_human_has_answered(mode: str) -> None:
    heard: list[str | None] = []

    async def listen(progress: float, total: float | None, message: str | None) -> None:
        heard.append(message)

    client = ScriptedClient(WAITS, later=(DONE,))
    result = talk(client, lambda host: host.call_tool("refunds__issue_refund", {"amount": 5}, progress_callback=listen), mode, 60)
    assert (told(result)["outcome"], len(client.asked)) == ("DONE", 1)
    assert heard == ["finance has been asked to approve run-1"]


def test_a_call_that_waits_too_long_says_so_and_the_same_call_hears_the_answer_later() -> None:
    client = ScriptedClient(WAITS, later=(DONE,))

    async def twice(host: Client) -> tuple[CallToolResult, CallToolResult]:
        return await pay()(host), await pay()(host)

    waits, done = talk(client, twice)
    assert (waits.is_error, told(waits)["outcome"], told(done)["outcome"], len(client.asked)) == (False, "WAITING", "DONE", 1)
    assert [each.uri for each in waits.content if isinstance(each, ResourceLink)] == ["remit://runs/run-1"]


def test_after_its_answer_was_told_the_same_call_is_another_action() -> None:
    client = ScriptedClient(DONE)

    async def twice(host: Client) -> None:
        await pay()(host)
        await pay()(host)

    talk(client, twice)
    assert len(client.asked) == 2


def test_what_waits_is_a_resource_that_tells_where_it_stands() -> None:
    async def look(host: Client) -> tuple[list[str], str]:
        await pay()(host)
        listed = await host.list_resources()
        read = await host.read_resource("remit://runs/run-1")
        return [str(resource.uri) for resource in listed.resources], read.contents[0].text  # type: ignore[union-attr]

    uris, text = talk(ScriptedClient(WAITS), look)
    assert (uris, json.loads(text)["outcome"]) == (["remit://runs/run-1"], "WAITING")


def test_another_callers_run_is_no_resource() -> None:
    error = talk(ScriptedClient(DONE), lambda host: host.read_resource("remit://runs/run-9"))
    assert error.message == "There is no action 'remit://runs/run-9' of this server."


@pytest.mark.parametrize("mode", ERAS)
def test_a_call_that_is_cancelled_while_a_human_is_asked_is_taken_back(mode: str) -> None:
    client = ScriptedClient(WAITS)

    async def cancelled(host: Client) -> None:
        with anyio.fail_after(60):
            async with anyio.create_task_group() as calls:
                calls.start_soon(host.call_tool, "refunds__issue_refund", {"amount": 5})
                while not client.looked:
                    await anyio.sleep(0.01)
                calls.cancel_scope.cancel()
            while not client.withdrawn:
                await anyio.sleep(0.01)

    talk(client, cancelled, mode, 60)
    assert client.withdrawn == ["run-1"]
