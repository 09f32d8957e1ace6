"""How an agent reasons: listen, think, and once more if what it proposed is no proposal. It acts on nothing."""

from typing import Annotated, Any, TypedDict

from langchain_core.language_models import LanguageModelInput
from langchain_core.messages import AIMessage, AnyMessage, ToolMessage
from langchain_core.runnables import Runnable
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import add_messages
from langgraph.graph.state import CompiledStateGraph

Model = Runnable[LanguageModelInput, AIMessage]

_CORRECTIONS = 1


class Thought(TypedDict):
    """The conversation so far, and how often the model was corrected in this turn."""

    messages: Annotated[list[AnyMessage], add_messages]
    corrections: int


Graph = CompiledStateGraph[Thought, None, Thought, Thought]


def make_graph(model: Model, offered: frozenset[str]) -> Graph:
    """A turn ends with text or with exactly one call of an offered tool, or with whatever it is after one correction."""

    def think(state: Thought) -> dict[str, Any]:
        return {"messages": [model.invoke(state["messages"])]}

    def correct(state: Thought) -> dict[str, Any]:
        return {"messages": _objections(state["messages"][-1], offered), "corrections": state["corrections"] + 1}

    def judge(state: Thought) -> str:
        fine = is_proposal_or_text(state["messages"][-1], offered) or state["corrections"] >= _CORRECTIONS
        return END if fine else "correct"

    graph = StateGraph(Thought)
    graph.add_node("think", think)
    graph.add_node("correct", correct)
    graph.add_edge(START, "think")
    graph.add_conditional_edges("think", judge, ["correct", END])
    graph.add_edge("correct", "think")
    return graph.compile()


def is_proposal_or_text(message: AnyMessage, offered: frozenset[str]) -> bool:
    calls = message.tool_calls if isinstance(message, AIMessage) else []
    return len(calls) == 0 or (len(calls) == 1 and calls[0]["name"] in offered)


def _objections(message: AnyMessage, offered: frozenset[str]) -> list[AnyMessage]:
    calls = message.tool_calls if isinstance(message, AIMessage) else []
    text = f"Not done: use one tool at a time, and only one of these: {', '.join(sorted(offered))}."
    return [ToolMessage(text, tool_call_id=call["id"], status="error") for call in calls]
