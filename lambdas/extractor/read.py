"""One log, from its digest to the assertions that its run proposes."""

from dataclasses import dataclass

from langchain_core.messages import AnyMessage
from pydantic import ConfigDict

from lambdas.extractor.graph import answer_of, asked
from lambdas.extractor.prompt import Prompt
from remit.adapters.aws import calling
from remit.adapters.conversation import Conversation, Graph, usage_of
from remit.domain.assertion import Assertion, Speaking
from remit.domain.charter import Charter
from remit.domain.errors import NotSaid, Reason, Unintelligible
from remit.domain.extraction import Heard, Noted, Reading, Standing, find, read_log, read_statements
from remit.domain.model import Json, JsonObject, Model
from remit.log_ports import Logs
from remit.ports import Clock, Spans
from remit.usecases.tokens import Purse

ANSWER_TOKENS = 8192
# More than a service adds by itself to a request with tools.
_OF_THE_SERVICE = 4096
# As OpenTelemetry names them.
_CHAT = {"operation": "chat", "provider": "aws.bedrock"}


class Task(Model):
    """What the state machine hands over: which log to read, and in whose name."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    run: str
    input: Speaking


class Proposed(Model):
    """One assertion for the gate; the first brings the model call with it, for the ledger."""

    step: str
    payload: JsonObject
    call: JsonObject | None = None


class Account(Model):
    """The model call for the end of the run: by itself where nothing was proposed, for then it is nowhere else."""

    call: JsonObject
    proposal: JsonObject | None = None
    say: str | None = None


class Answer(Model):
    proposed: tuple[Proposed, ...]
    reasoning: Account


@dataclass(frozen=True, slots=True, kw_only=True)
class Extractor:
    agent: str
    charter: Charter
    payload: type[Assertion]
    prompt: Prompt
    model_id: str
    tool_size: int
    graph: Graph
    logs: Logs
    clock: Clock
    spans: Spans
    purse: Purse


def read(task: Task, extractor: Extractor) -> Answer:
    """Ask the model once (twice if it has to be corrected). Raises Unintelligible if it gives no list of statements, BudgetExhausted,
    Unavailable while the log or the model cannot be reached."""
    text, begun = extractor.logs.read(extractor.charter.domain, task.input.log), extractor.clock.now()
    question = asked(extractor.prompt.text, text)
    drawn = extractor.purse.draw(task.run, _most_tokens(extractor.prompt.text, text, extractor), asked_by=())
    with extractor.spans.span("model", run=task.run, agent=extractor.agent, model=extractor.model_id, **_CHAT) as span:
        start: Conversation = {"messages": question, "corrections": 0}
        with calling("Bedrock"):
            answers: list[AnyMessage] = extractor.graph.invoke(start)["messages"][len(question) :]
        usage = usage_of(answers)
        extractor.purse.settle(drawn, sum(usage.values()))
        span.note(outcome="statements", **{name: str(tokens) for name, tokens in usage.items()})
    heard, wrong = read_statements(answer_of(answers[-1]))
    if wrong:
        raise Unintelligible(f"The model gave no list of statements, asked twice: {wrong}.")
    reading = read_log(heard, text, task.input, extractor.charter, extractor.payload)
    timed: JsonObject = {"begun_at": begun.isoformat(), "latency_ms": span.milliseconds, "usage": {**usage}}
    return _answer(reading, _call(reading, task.input.log, extractor) | timed)


def objections(given: Json, text: str) -> tuple[str, ...]:
    """What is wrong with an answer, in words for the model."""
    heard, wrong = read_statements(given)
    return (
        (f"{wrong}.",) if wrong else tuple(f"Statement {place}: {why}." for place, each in enumerate(heard, 1) if (why := _why(each, text)))
    )


def _why(heard: Heard | Reason, text: str) -> str:
    if isinstance(heard, Reason):
        return f"{heard.policy}: {heard.reason}"
    try:
        find(heard, text)
    except NotSaid as refused:
        return refused.message
    return ""


def _answer(reading: Reading, call: JsonObject) -> Answer:
    proposed = tuple(
        Proposed(step=step, payload=payload, call=call if place == 0 else None)
        for place, (step, payload) in enumerate(reading.proposed.items())
    )
    proposal: JsonObject | None = {"assertions": len(proposed)} if proposed else None
    return Answer(proposed=proposed, reasoning=Account(call=call, proposal=proposal, say=_summary(reading.noted)))


def _summary(noted: tuple[Noted, ...]) -> str:
    counted = {standing: sum(note.standing is standing for note in noted) for standing in Standing}
    return f"{len(noted)} statements: " + ", ".join(f"{count} {standing.value.lower()}" for standing, count in counted.items())


def _call(reading: Reading, log: str, extractor: Extractor) -> JsonObject:
    """Which words of the log were taken for what; what they say stands in the payloads only."""
    statements: list[JsonObject] = [note.model_dump(mode="json") for note in reading.noted]
    return {
        "agent": extractor.agent,
        "prompt": extractor.prompt.model_dump(mode="json", exclude={"text"}),
        "model": extractor.model_id,
        "proposal": None,
        "say": _summary(reading.noted),
        "log": log,
        "statements": [*statements],
        "facts": [],
        "facts_left_out": [],
    }


def _most_tokens(prompt: str, text: str, extractor: Extractor) -> int:
    """What it can take at most: all that is sent, twice, and two answers, of which the first is sent too. Every token stands for at least
    one byte."""
    sent = len(prompt.encode()) + len(text.encode()) + extractor.tool_size + _OF_THE_SERVICE
    return 2 * sent + 3 * ANSWER_TOKENS
