"""LangChain's tools for an agent that runs elsewhere."""

import json
from collections.abc import Sequence
from typing import Any

import pytest
from langchain_core.language_models import GenericFakeChatModel
from langchain_core.messages import AIMessage, AnyMessage, ToolMessage
from langgraph.prebuilt import create_react_agent

from remit.client_errors import Invalid, Unreachable
from remit.integrations.langchain import governed_tools
from tests.fakes.elsewhere import DENIED, DONE, SCHEMA, UNKNOWN, WAITS, ScriptedClient


def call(client: ScriptedClient, payload: dict[str, Any], call_id: str = "call-1", session: str | None = None) -> ToolMessage:
    tool, _ = governed_tools(client, "support", session)
    answer = tool.invoke({"name": tool.name, "args": payload, "id": call_id, "type": "tool_call"})
    assert isinstance(answer, ToolMessage)
    return answer


def said(message: AnyMessage) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(str(message.content))
    return found


def test_there_is_a_tool_for_each_cell_of_the_matrix_with_its_words_and_schema() -> None:
    pay, look = governed_tools(ScriptedClient(DONE), "support")
    assert (pay.name, pay.description, look.name) == ("refunds__issue_refund", "Pay money back.", "refunds__look")
    assert (pay.args_schema, pay.args) == (SCHEMA, SCHEMA["properties"])


def test_what_is_done_is_told_with_what_was_read_back_and_the_answer_is_its_artifact() -> None:
    client = ScriptedClient(DONE)
    answer = call(client, {"amount": 5})
    assert (client.asked[0][:2], answer.status) == (("refunds.issue_refund", {"amount": 5}), "success")
    assert said(answer) == {"outcome": "DONE", "verification": "MATCH", "observed": {"paid": 5}, "run": "run-1"}
    assert answer.artifact.receipt.verification == "MATCH"


def test_a_denial_is_a_tool_message_with_the_reasons() -> None:
    answer = call(ScriptedClient(DENIED), {"amount": 5})
    assert (answer.status, said(answer)["reasons"]) == ("error", DENIED["reasons"])


def test_what_waits_is_said_not_to_be_done() -> None:
    answer = call(ScriptedClient(WAITS), {"amount": 5})
    assert (answer.status, said(answer)["outcome"]) == ("success", "WAITING")
    assert said(answer)["advice"].startswith("Not done: finance has been asked to approve it and may answer until 28 Nov 2026 12:00 UTC.")


@pytest.mark.parametrize(
    ("trouble", "outcome", "advice"),
    [
        (UNKNOWN, "FAILED", "not known whether this was done"),
        (Unreachable("https://api.example does not answer."), "UNKNOWN", "not known whether this was done"),
        (Invalid("amount: not a number", 400, "Remit.InvalidPayload"), "REFUSED", "Nothing was done"),
    ],
)
def test_trouble_is_told_as_what_is_known_of_it(trouble: Any, outcome: str, advice: str) -> None:  # noqa: ANN401
    answer = call(ScriptedClient(trouble), {"amount": 5})
    assert (answer.status, said(answer)["outcome"]) == ("error", outcome)
    assert advice in said(answer)["advice"]


def test_a_call_of_one_session_is_one_action_however_often_the_graph_is_run() -> None:
    client = ScriptedClient(DONE)
    for session, call_id in (("thread-1", "call-1"), ("thread-1", "call-1"), ("thread-1", "call-2"), ("thread-2", "call-1")):
        call(client, {"amount": 5}, call_id, session)
    first, again, *others = (key for _, _, key in client.asked)
    assert first == again
    assert len({first, *others}) == 3


class Scripted(GenericFakeChatModel):
    """A model that says what its script says, whatever tools it is given."""

    def bind_tools(self, tools: Sequence[Any], **_: object) -> "Scripted":
        return self


@pytest.mark.filterwarnings("ignore:create_react_agent")
def test_a_prebuilt_agent_of_langgraph_hears_a_denial_and_tries_another_way() -> None:
    calls = [
        {"name": "refunds__issue_refund", "args": {"amount": amount}, "id": f"call-{amount}", "type": "tool_call"} for amount in (9, 5)
    ]
    model = Scripted(messages=iter([AIMessage("", tool_calls=[each]) for each in calls] + [AIMessage("It is paid.")]))
    client = ScriptedClient(DENIED, DONE)
    agent = create_react_agent(model, governed_tools(client, "support"))
    heard = agent.invoke({"messages": [("user", "Pay me back.")]})["messages"]
    assert [said(message)["outcome"] for message in heard if isinstance(message, ToolMessage)] == ["REFUSED", "DONE"]
    assert ([payload for _, payload, _ in client.asked], heard[-1].content) == ([{"amount": 9}, {"amount": 5}], "It is paid.")
