"""How an agent reasons: listen, think, and once more if what it proposed is no proposal. It acts on nothing."""

from collections.abc import Sequence

from langchain_core.messages import AIMessage, AnyMessage, ToolMessage

from remit.adapters.conversation import Graph, Model, corrected


def make_graph(model: Model, offered: frozenset[str]) -> Graph:
    """A turn ends with text or with exactly one call of an offered tool, or with whatever it is after one correction."""
    return corrected(model, lambda messages: _objections(messages, offered))


def is_proposal_or_text(message: AnyMessage, offered: frozenset[str]) -> bool:
    calls = message.tool_calls if isinstance(message, AIMessage) else []
    return len(calls) == 0 or (len(calls) == 1 and calls[0]["name"] in offered)


def _objections(messages: Sequence[AnyMessage], offered: frozenset[str]) -> list[AnyMessage]:
    message = messages[-1]
    if not isinstance(message, AIMessage) or is_proposal_or_text(message, offered):
        return []
    text = f"Not done: use one tool at a time, and only one of these: {', '.join(sorted(offered))}."
    return [ToolMessage(text, tool_call_id=call["id"], status="error") for call in message.tool_calls]
