"""How a log is read: the model answers with statements, and is told once what is wrong with them before they are taken as they are."""

from collections.abc import Callable
from typing import Annotated, Any, TypedDict

from langchain_core.language_models import LanguageModelInput
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, ToolMessage
from langchain_core.runnables import Runnable
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import add_messages
from langgraph.graph.state import CompiledStateGraph

from lambdas.extractor.prompt import RECORD
from remit.domain.model import Json

Model = Runnable[LanguageModelInput, AIMessage]
# What is wrong with an answer about a log, in words for the model; nothing if nothing is.
Objections = Callable[[Json, str], tuple[str, ...]]

_CORRECTIONS = 1


class Read(TypedDict):
    """The log, the conversation about it, and how often the model was corrected."""

    text: str
    messages: Annotated[list[AnyMessage], add_messages]
    corrections: int


Graph = CompiledStateGraph[Read, None, Read, Read]


def make_graph(model: Model, objections: Objections) -> Graph:
    def extract(state: Read) -> dict[str, Any]:
        return {"messages": [model.invoke(state["messages"])]}

    def correct(state: Read) -> dict[str, Any]:
        answer = state["messages"][-1]
        wrong = objections(answer_of(answer), state["text"])
        return {"messages": _told(answer, wrong), "corrections": state["corrections"] + 1}

    def check(state: Read) -> str:
        fine = not objections(answer_of(state["messages"][-1]), state["text"])
        return END if fine or state["corrections"] >= _CORRECTIONS else "correct"

    graph = StateGraph(Read)
    graph.add_node("extract", extract)
    graph.add_node("correct", correct)
    graph.add_edge(START, "extract")
    graph.add_conditional_edges("extract", check, ["correct", END])
    graph.add_edge("correct", "extract")
    return graph.compile()


def answer_of(message: AnyMessage) -> Json:
    """What the model records; None where it says or does something else."""
    calls = message.tool_calls if isinstance(message, AIMessage) else []
    return calls[0]["args"] if len(calls) == 1 and calls[0]["name"] == RECORD else None


def _told(message: AnyMessage, objections: tuple[str, ...]) -> list[AnyMessage]:
    """Every call wants an answer; where there was none, it is said as a person would."""
    text = f"Not recorded. {' '.join(objections)} Use {RECORD} once, with all of the statements."
    calls = message.tool_calls if isinstance(message, AIMessage) else []
    return [ToolMessage(text, tool_call_id=call["id"], status="error") for call in calls] or [HumanMessage(text)]
