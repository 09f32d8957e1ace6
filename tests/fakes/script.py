"""A model that says what it is told to say, and the reasoner that asks it."""

from typing import Any

from langchain_core.messages import AIMessage, AnyMessage
from langchain_core.runnables import RunnableLambda

from lambdas.reasoner.graph import make_graph
from lambdas.reasoner.prompt import make_offers, make_prompt
from lambdas.reasoner.turn import Reasoner
from remit.usecases.tokens import Purse
from tests.fakes.clock import FixedClock
from tests.fakes.gate import PAYLOADS, REFUNDS, refund
from tests.fakes.outside import TimedSpans
from tests.fakes.tokens import make_purse

OFFERS = make_offers(REFUNDS, "support", PAYLOADS)
OFFERED = frozenset(offer.name for offer in OFFERS)


class Script:
    """A model that answers in a fixed order and remembers what it was asked."""

    def __init__(self, *answers: AIMessage) -> None:
        self.answers = list(answers)
        self.asked: list[list[AnyMessage]] = []

    def reasoner(self, purse: Purse | None = None) -> Reasoner:
        model = RunnableLambda(self._answer)
        prompt = make_prompt("support.v1", "You are kind.")
        graph, clock = make_graph(model, OFFERED), FixedClock()
        self.spans = TimedSpans(clock)
        writer = make_graph(model, frozenset())
        return Reasoner(
            agent="support",
            prompt=prompt,
            model_id="m",
            offered=OFFERED,
            offers_size=100,
            graph=graph,
            writer=writer,
            clock=clock,
            spans=self.spans,
            purse=purse or make_purse(clock),
        )

    def _answer(self, messages: Any) -> AIMessage:  # noqa: ANN401
        self.asked.append(list(messages))
        return self.answers.pop(0)


def call(name: str = "refunds__issue_refund", number: str = "1", **payload: Any) -> AIMessage:  # noqa: ANN401
    usage = {"input_tokens": 100, "output_tokens": 10, "total_tokens": 110}
    return AIMessage("", tool_calls=[{"id": number, "name": name, "args": payload or refund()}], usage_metadata=usage)
