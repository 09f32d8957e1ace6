"""An MCP host that lists and calls an agent's tools with the official client. It needs remit[mcp], REMIT_API_URL and AWS credentials."""

import json
import os

import anyio
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp_types import CallToolResult, TextContent

SERVER = StdioServerParameters(command="remit", args=["mcp", "--agent", "support"], env=dict(os.environ))


def payload(amount: int) -> dict[str, object]:
    return {"account_id": "A-100", "order_id": "O-1006", "amount": amount, "currency": "USD", "reason": "arrived broken"}


def show(title: str, result: CallToolResult) -> None:
    (first, *_) = result.content
    told = json.loads(first.text) if isinstance(first, TextContent) else {}
    print(f"{title}: {told['outcome']}", *(reason["reason"] for reason in told.get("reasons", ())))


async def heard(progress: float, total: float | None, message: str | None) -> None:
    print("meanwhile:", (message or "").partition(" run-")[0])


async def main() -> None:
    async with Client(stdio_client(SERVER)) as host:
        print("tools:", ", ".join(tool.name for tool in (await host.list_tools()).tools))
        show("$20.00 offered", await host.call_tool("refunds__offer_refund", payload(20_00)))
        show("$6,000.00", await host.call_tool("refunds__issue_refund", payload(6_000_00)))
        # Finance would have to approve. Nobody waits for that here: the call is cancelled, and the question taken back with it.
        with anyio.move_on_after(15):
            await host.call_tool("refunds__issue_refund", payload(1_200_00), progress_callback=heard)
        print("cancelled")


anyio.run(main)
