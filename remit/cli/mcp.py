"""remit mcp: one agent's tools for an MCP host, over its standard streams or on this machine's own address."""

import logging
from enum import StrEnum
from typing import Annotated

import typer

from remit.cli.errors import CliError
from remit.cli.output import err
from remit.cli.target import find_target
from remit.client import RemitClient

# Most hosts give a call a minute.
_PATIENCE_SECONDS = 50.0


class Transport(StrEnum):
    STDIO = "stdio"
    HTTP = "http"


_Agent = Annotated[str, typer.Option("--agent", help="The agent whose tools are listed, such as support.")]
_Transport = Annotated[Transport, typer.Option(help="How the host talks to it: as a child process, or by streamable HTTP.")]
_Port = Annotated[int, typer.Option(help="For http: the port on 127.0.0.1.", min=0, max=65535)]
_Patience = Annotated[float, typer.Option(help="How many seconds a call waits for a human before it says so.", min=0)]


def mcp(agent: _Agent, transport: _Transport = Transport.STDIO, port: _Port = 8765, patience: _Patience = _PATIENCE_SECONDS) -> None:
    """Serve an agent's tools by the Model Context Protocol; each call is one governed action."""
    client = find_target().client()
    # Before a host starts to rely on it: an unknown agent, or an API that does not answer, ends the command.
    client.tools(agent)
    _serve(client, agent, patience, None if transport is Transport.STDIO else port)


def _serve(client: RemitClient, agent: str, patience: float, port: int | None) -> None:
    try:
        # An extra of the package.
        from remit.cli.mcp_transports import over_http, over_stdio  # noqa: PLC0415
        from remit.integrations.mcp import GovernedAgent, governed_server  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise CliError(f"There is no {error.name} here: install remit[mcp].") from error
    # Standard output is the protocol's.
    logging.basicConfig(level=logging.WARNING)
    server = governed_server(GovernedAgent(client, agent, patience), agent)
    if port is None:
        over_stdio(server)
    else:
        over_http(server, port, lambda address: err().print(f"Serving {agent} on {address}", soft_wrap=True))
