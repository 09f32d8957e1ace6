"""A LangGraph agent whose tools Remit governs. It needs remit[langchain], langgraph, REMIT_API_URL and AWS credentials; nothing else."""

import json
import os
from collections.abc import Sequence
from typing import Any

from langchain_core.language_models import GenericFakeChatModel
from langchain_core.messages import AIMessage, ToolCall, ToolMessage
from langgraph.prebuilt import create_react_agent

from remit.client import Credentials, RemitClient
from remit.integrations.langchain import governed_tools


class ScriptedModel(GenericFakeChatModel):
    """Stands in for a model of your own, such as ChatBedrockConverse."""

    def bind_tools(self, tools: Sequence[Any], **_: object) -> "ScriptedModel":
        return self


def call(number: int, tool: str, amount: int) -> AIMessage:
    payload = {"account_id": "A-100", "order_id": "O-1006", "amount": amount, "currency": "USD", "reason": "arrived broken"}
    return AIMessage("", tool_calls=[ToolCall(name=tool, args=payload, id=f"call-{number}")])


credentials = Credentials(os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"], os.environ.get("AWS_SESSION_TOKEN"))
client = RemitClient(os.environ["REMIT_API_URL"], os.environ["AWS_REGION"], credentials)
tools = governed_tools(client, "support")
print("tools:", ", ".join(tool.name for tool in tools))

# It asks for too much, hears why that is denied, and offers something that no money moves for.
script = [call(1, "refunds__issue_refund", 6_000_00), call(2, "refunds__offer_refund", 20_00), AIMessage("I have offered you $20.00.")]
agent = create_react_agent(ScriptedModel(messages=iter(script)), tools)
for message in agent.invoke({"messages": [("user", "My order O-1006 arrived broken. I want $6,000.00.")]})["messages"]:
    if isinstance(message, ToolMessage):
        told = json.loads(str(message.content))
        print(f"{message.name}: {told['outcome']}", *(reason["reason"] for reason in told.get("reasons", ())))
    elif message.text:
        print(f"{message.type}: {message.text}")
