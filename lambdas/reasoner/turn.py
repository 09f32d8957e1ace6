"""One turn of an agent's reasoning, from the run's state to a proposal or a closing text."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, SystemMessage, ToolMessage
from pydantic import ConfigDict, TypeAdapter

from lambdas.reasoner.graph import is_proposal_or_text
from lambdas.reasoner.prompt import Prompt, with_facts
from remit.adapters.conversation import Conversation, Graph, usage_of
from remit.domain.action import Failure
from remit.domain.identifiers import tool_name
from remit.domain.message import Ancestor
from remit.domain.model import JsonObject, Model
from remit.domain.recall import Recollection
from remit.domain.warrant import Receipt
from remit.ports import Clock, Spans
from remit.transcript_ports import Transcripts, Unkept
from remit.usecases.tokens import Purse

# As OpenTelemetry names them.
_CHAT = {"operation": "chat", "provider": "aws.bedrock"}
# The most that a model may answer, and more than a service adds by itself to a request with tools.
ANSWER_TOKENS = 4096
_OF_THE_SERVICE = 2048
_MESSAGES: TypeAdapter[list[AnyMessage]] = TypeAdapter(list[AnyMessage])


class Turn(Model):
    """What the state machine hands over; `refusal` or `receipt` is what came of the last proposal, if there was one.

    Who is `drafting` is offered no tools: a text is all that can come of it. `asked_by` are the runs that this one was asked for by, as
    it was started with.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    run: str
    input: JsonObject
    drafting: bool = False
    conversation: tuple[JsonObject, ...] = ()
    refusal: Failure | None = None
    receipt: Receipt | None = None
    asked_by: tuple[Ancestor, ...] | None = None


class Proposed(Model):
    tool: str
    payload: JsonObject


class Answer(Model):
    """`call` describes the model call for the ledger; `conversation` goes into the next turn."""

    proposal: Proposed | None
    say: str | None
    conversation: tuple[JsonObject, ...]
    call: JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Reasoner:
    agent: str
    prompt: Prompt
    model_id: str
    offered: frozenset[str]
    offers_size: int
    graph: Graph
    writer: Graph
    clock: Clock
    spans: Spans
    purse: Purse
    recall: Callable[[], Recollection] = Recollection
    transcripts: Transcripts = field(default_factory=Unkept)


def take_turn(turn: Turn, reasoner: Reasoner) -> Answer:
    """Ask the model once (twice if it has to be corrected). Raises BudgetExhausted if the agent's tokens do not cover that, Unavailable
    if it cannot be told what the agent knows, or what was said cannot be kept."""
    heard, known = _heard(turn), reasoner.recall()
    begun = reasoner.clock.now()
    asked = [SystemMessage(with_facts(reasoner.prompt, known)), *heard]
    thought: Conversation = {"messages": asked, "corrections": 0}
    drawn = reasoner.purse.draw(turn.run, most_tokens(asked, reasoner.offers_size), turn.asked_by)
    with reasoner.spans.span("model", run=turn.run, agent=reasoner.agent, model=reasoner.model_id, **_CHAT) as span:
        messages: list[AnyMessage] = (reasoner.writer if turn.drafting else reasoner.graph).invoke(thought)["messages"][1:]
        last, usage = messages[-1], usage_of(messages[len(heard) :])
        reasoner.purse.settle(drawn, sum(usage.values()))
        proposal, say = None if turn.drafting else _proposal(last, reasoner), str(last.text) or None
        span.note(outcome=proposal.tool if proposal else "text", **{name: str(tokens) for name, tokens in usage.items()})
    kept = _keep(turn.run, asked, messages[len(heard) :], reasoner.transcripts)
    call: JsonObject = {"begun_at": begun.isoformat(), "latency_ms": span.milliseconds, "usage": {**usage}, **_known(known), **kept}
    return Answer(
        proposal=proposal,
        say=None if proposal else say or "The model gave no usable answer.",
        conversation=tuple(_MESSAGES.dump_python(messages, mode="json")),
        call=_call(last, proposal, reasoner) | call,
    )


def _keep(run: str, asked: Sequence[AnyMessage], answered: Sequence[AnyMessage], transcripts: Transcripts) -> JsonObject:
    """Where the messages lie word for word: the ledger, which nobody can redact, has only their digests."""
    kept = transcripts.keep(run, *(_MESSAGES.dump_python([*messages], mode="json") for messages in (asked, answered)))
    return {"archived": kept.model_dump()} if kept.input else {}


def most_tokens(messages: Sequence[AnyMessage], offers_size: int) -> int:
    """What a turn can take: what is sent, twice where the model is corrected, and its answers, of which the first is sent too. Every
    token stands for at least one byte."""
    sent = len(_MESSAGES.dump_json(list(messages))) + offers_size + _OF_THE_SERVICE
    return 2 * sent + 3 * ANSWER_TOKENS


def _heard(turn: Turn) -> list[AnyMessage]:
    said = _MESSAGES.validate_python(turn.conversation)
    if not said:
        return [HumanMessage(str(turn.input.get("message", json.dumps(turn.input))))]
    last = said[-1]
    calls = last.tool_calls if isinstance(last, AIMessage) else []
    return [*said, *(_result(turn, call["id"]) for call in calls)]


def _result(turn: Turn, call: str | None) -> ToolMessage:
    """What came of a call, as the model hears it."""
    if turn.receipt is not None:
        return ToolMessage(json.dumps({"outcome": "DONE", "observed": turn.receipt.observed}), tool_call_id=call)
    why: dict[str, Any] = {} if turn.refusal is None else turn.refusal.model_dump(mode="json")
    return ToolMessage(json.dumps({"outcome": "DENIED", **why}), tool_call_id=call, status="error")


def _proposal(message: AnyMessage, reasoner: Reasoner) -> Proposed | None:
    if not isinstance(message, AIMessage) or not message.tool_calls or not is_proposal_or_text(message, reasoner.offered):
        return None
    call = message.tool_calls[0]
    return Proposed(tool=tool_name(call["name"]), payload=call["args"])


def _known(known: Recollection) -> JsonObject:
    """Which facts the model was shown, for the ledger: not what they say."""
    facts: list[JsonObject] = [
        {**fact.ref.model_dump(mode="json"), **fact.model_dump(mode="json", include={"authority", "labels"})} for fact in known.facts
    ]
    left_out: list[JsonObject] = [ref.model_dump(mode="json") for ref in known.left_out]
    return {"facts": [*facts], "facts_left_out": [*left_out]}


def _call(last: AnyMessage, proposal: Proposed | None, reasoner: Reasoner) -> JsonObject:
    return {
        "agent": reasoner.agent,
        "prompt": reasoner.prompt.model_dump(mode="json", exclude={"text"}),
        "model": reasoner.model_id,
        "proposal": None if proposal is None else proposal.model_dump(mode="json"),
        "say": None if proposal else str(last.text),
    }
