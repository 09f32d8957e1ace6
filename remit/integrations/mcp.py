"""An MCP server for one agent of a deployed Remit: it lists exactly the tools that the agent may call, and governs each call."""

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

import anyio
import mcp_types as types
from anyio import to_thread
from mcp import MCPError
from mcp.server import Server, ServerRequestContext

from remit.answers import Act, OfferedTool
from remit.client import RemitClient
from remit.client_errors import ClientError
from remit.domain.canonical import digest
from remit.domain.identifiers import callable_name
from remit.integrations.telling import told, told_of_error

_RUN = "remit://runs/"
_AGAIN = "Call the tool again with the same arguments to hear the answer: nobody is asked twice."
_LOOK_EVERY_SECONDS = 2.0
Result = TypeVar("Result")
Context = ServerRequestContext[Any, Any]


class GovernedAgent:
    """One agent behind MCP's requests. `patience`: how many seconds a call waits for a human before it says that it waits."""

    def __init__(self, client: RemitClient, agent: str, patience: float, look_every: float = _LOOK_EVERY_SECONDS) -> None:
        self._client, self._agent = client, agent
        self._patience, self._look_every = patience, look_every
        self._waiting: dict[str, str] = {}
        self._begun: set[str] = set()

    async def list_tools(self, _: Context, __: types.PaginatedRequestParams | None) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[_described(tool) for tool in await self._tools()])

    async def call_tool(self, context: Context, params: types.CallToolRequestParams) -> types.CallToolResult:
        named = {callable_name(tool.name): tool.name for tool in await self._tools()}
        if params.name not in named:
            raise MCPError(types.INVALID_PARAMS, f"There is no tool '{params.name}' for the agent '{self._agent}'.")
        try:
            return _result(await self._governed(context, named[params.name], params.arguments or {}))
        except ClientError as error:
            said = told_of_error(error)
            return types.CallToolResult(content=[types.TextContent(text=said.text)], is_error=True)

    async def list_resources(self, _: Context, __: types.PaginatedRequestParams | None) -> types.ListResourcesResult:
        """The actions that wait for a human."""
        return types.ListResourcesResult(resources=[types.Resource(uri=f"{_RUN}{run}", name=run) for run in self._waiting.values()])

    async def list_templates(self, _: Context, __: types.PaginatedRequestParams | None) -> types.ListResourceTemplatesResult:
        described = "Where an action that this server asked for stands."
        template = types.ResourceTemplate(uri_template=f"{_RUN}{{run}}", name="action", description=described)
        return types.ListResourceTemplatesResult(resource_templates=[template])

    async def read(self, _: Context, params: types.ReadResourceRequestParams) -> types.ReadResourceResult:
        """Only of this server's own actions: what else its credentials may see is not for the agent."""
        run = str(params.uri).removeprefix(_RUN)
        if run not in self._begun:
            raise MCPError(types.INVALID_PARAMS, f"There is no action '{params.uri}' of this server.")
        text = told(await self._seen(run)).text
        return types.ReadResourceResult(contents=[types.TextResourceContents(uri=params.uri, mime_type="application/json", text=text)])

    async def _tools(self) -> tuple[OfferedTool, ...]:
        try:
            return (await _in_thread(self._client.tools, self._agent)).tools
        except ClientError as error:
            raise MCPError(types.INTERNAL_ERROR, error.message) from error

    async def _governed(self, context: Context, tool: str, payload: dict[str, Any]) -> Act:
        """Cancelled, it is taken back while it waits for a human."""
        call = digest([tool, payload])
        act = await self._asked(call, tool, payload)
        try:
            act = await self._answered(context, act)
        except anyio.get_cancelled_exc_class():
            self._waiting.pop(call, None)
            with anyio.CancelScope(shield=True), suppress(ClientError):
                await _in_thread(self._client.withdraw_intent, self._agent, act.run)
            raise
        if act.over:
            self._waiting.pop(call, None)
        return act

    async def _asked(self, call: str, tool: str, payload: dict[str, Any]) -> Act:
        """The same again is a look at the one that waits: another is asked for only after its answer was told."""
        if call in self._waiting:
            return await self._seen(self._waiting[call])
        act = await _in_thread(self._client.act, self._agent, tool, payload)
        self._begun.add(act.run)
        self._waiting[call] = act.run
        return act

    async def _answered(self, context: Context, act: Act) -> Act:
        """Once it is over, or as it stands when patience ends. The caller is told every time somebody has looked."""
        begun = time.monotonic()
        while not act.over and (waited := time.monotonic() - begun) < self._patience:
            who = f"{act.route} has been asked to approve {act.run}" if act.route else f"{act.run} is under way"
            await context.session.report_progress(round(waited, 1), message=who)
            await anyio.sleep(self._look_every)
            act = await self._seen(act.run)
        return act

    async def _seen(self, run: str) -> Act:
        return await _in_thread(self._client.intent, self._agent, run)


def governed_server(agent: GovernedAgent, name: str) -> Server[Any]:
    """The agent's server, for any of MCP's transports."""
    return Server(
        f"remit-{name}",
        instructions="Each call is decided by policy. One that is denied says why; one that needs a human waits, and says so.",
        on_list_tools=agent.list_tools,
        on_call_tool=agent.call_tool,
        on_list_resources=agent.list_resources,
        on_list_resource_templates=agent.list_templates,
        on_read_resource=agent.read,
    )


def _described(tool: OfferedTool) -> types.Tool:
    hints = types.ToolAnnotations(read_only_hint=tool.effect == "read", destructive_hint=tool.effect == "irreversible")
    return types.Tool(
        name=callable_name(tool.name), title=tool.name, description=tool.description, input_schema=tool.parameters, annotations=hints
    )


def _result(act: Act) -> types.CallToolResult:
    said = told(act)
    content: list[types.ContentBlock] = [types.TextContent(text=said.text)]
    if not act.over:
        content += [types.TextContent(text=_AGAIN), types.ResourceLink(uri=f"{_RUN}{act.run}", name=act.run)]
    return types.CallToolResult(content=content, is_error=said.failed)


async def _in_thread(function: Callable[..., Result], *given: object) -> Result:
    """The client blocks; nobody else has to wait for it."""
    return await to_thread.run_sync(function, *given)
