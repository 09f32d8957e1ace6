"""A model that is told once what is wrong with its answer, before the answer is taken as it is."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any, TypedDict

from langchain_core.language_models import LanguageModelInput
from langchain_core.messages import AIMessage, AnyMessage
from langchain_core.runnables import Runnable
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import add_messages
from langgraph.graph.state import CompiledStateGraph

Model = Runnable[LanguageModelInput, AIMessage]
# What is said to the model of the last message of a conversation; nothing if nothing is wrong with it.
Objections = Callable[[Sequence[AnyMessage]], list[AnyMessage]]

_CORRECTIONS = 1


class Conversation(TypedDict):
    """The messages so far, and how often the model was corrected."""

    messages: Annotated[list[AnyMessage], add_messages]
    corrections: int


Graph = CompiledStateGraph[Conversation, None, Conversation, Conversation]


def corrected(model: Model, objections: Objections) -> Graph:
    """One answer, or two where there are objections to the first."""

    def think(state: Conversation) -> dict[str, Any]:
        return {"messages": [model.invoke(state["messages"])]}

    def correct(state: Conversation) -> dict[str, Any]:
        return {"messages": objections(state["messages"]), "corrections": state["corrections"] + 1}

    def judge(state: Conversation) -> str:
        return END if state["corrections"] >= _CORRECTIONS or not objections(state["messages"]) else "correct"

    graph = StateGraph(Conversation)
    graph.add_node("think", think)
    graph.add_node("correct", correct)
    graph.add_edge(START, "think")
    graph.add_conditional_edges("think", judge, ["correct", END])
    graph.add_edge("correct", "think")
    return graph.compile()


def usage_of(answers: Sequence[AnyMessage]) -> dict[str, int]:
    """What the answers took, in tokens."""
    usages = [message.usage_metadata for message in answers if isinstance(message, AIMessage) and message.usage_metadata]
    return {
        "input_tokens": sum(usage["input_tokens"] for usage in usages),
        "output_tokens": sum(usage["output_tokens"] for usage in usages),
    }
