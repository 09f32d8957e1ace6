"""The two ways in which an MCP host reaches the server."""

import socket
from collections.abc import Callable
from typing import Any

import anyio
import uvicorn
from mcp.server import Server
from mcp.server.stdio import stdio_server

# Whoever reaches it acts as the agent: nobody does from another machine.
_HOST = "127.0.0.1"


def over_stdio(server: Server[Any]) -> None:
    """Until the host closes the stream."""

    async def serve() -> None:
        async with stdio_server() as (reads, writes):
            await server.run(reads, writes, server.create_initialization_options())

    anyio.run(serve)


def over_http(server: Server[Any], port: int, ready: Callable[[str], None]) -> None:
    """Until it is interrupted. `ready` is told the address, with the port that port 0 became."""
    with socket.create_server((_HOST, port)) as listening:
        ready(f"http://{_HOST}:{listening.getsockname()[1]}/mcp")
        uvicorn.Server(uvicorn.Config(server.streamable_http_app(host=_HOST), log_level="warning")).run(sockets=[listening])
