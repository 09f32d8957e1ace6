"""How a log is read: the model answers with statements, and is told once what is wrong with them before they are taken as they are."""

from collections.abc import Callable, Sequence

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, SystemMessage, ToolMessage

from lambdas.extractor.prompt import RECORD
from remit.adapters.conversation import Graph, Model, corrected
from remit.domain.model import Json

# What is wrong with an answer about a log, in words for the model; nothing if nothing is.
Objections = Callable[[Json, str], tuple[str, ...]]


def make_graph(model: Model, objections: Objections) -> Graph:
    """For conversations that begin with `asked`."""
    return corrected(model, lambda messages: _told(messages[-1], objections(answer_of(messages[-1]), _log_of(messages))))


def asked(prompt: str, log: str) -> list[AnyMessage]:
    return [SystemMessage(prompt), HumanMessage(log)]


def answer_of(message: AnyMessage) -> Json:
    """What the model records; None where it says or does something else."""
    calls = message.tool_calls if isinstance(message, AIMessage) else []
    return calls[0]["args"] if len(calls) == 1 and calls[0]["name"] == RECORD else None


def _log_of(messages: Sequence[AnyMessage]) -> str:
    return str(messages[1].content)


def _told(message: AnyMessage, objections: tuple[str, ...]) -> list[AnyMessage]:
    """Every call wants an answer; where there was none, it is said as a person would."""
    if not objections:
        return []
    text = f"Not recorded. {' '.join(objections)} Use {RECORD} once, with all of the statements."
    calls = message.tool_calls if isinstance(message, AIMessage) else []
    return [ToolMessage(text, tool_call_id=call["id"], status="error") for call in calls] or [HumanMessage(text)]
