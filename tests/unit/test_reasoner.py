"""What a reasoner makes of a model's answers."""

import json
from typing import Any

from langchain_core.messages import AIMessage, AnyMessage, SystemMessage, ToolMessage
from langchain_core.runnables import RunnableLambda

from lambdas.reasoner.graph import make_graph
from lambdas.reasoner.prompt import make_offers, make_prompt, tool_name
from lambdas.reasoner.turn import Answer, Reasoner, Turn, take_turn
from remit.domain.action import Failure
from remit.domain.errors import Reason
from remit.domain.warrant import Receipt, Verification
from tests.fakes.clock import FixedClock
from tests.fakes.gate import PAYLOADS, REFUNDS, refund
from tests.fakes.outside import TimedSpans

OFFERS = make_offers(REFUNDS, "support", PAYLOADS)
OFFERED = frozenset(offer.name for offer in OFFERS)


class Script:
    """A model that answers in a fixed order and remembers what it was asked."""

    def __init__(self, *answers: AIMessage) -> None:
        self.answers = list(answers)
        self.asked: list[list[AnyMessage]] = []

    def reasoner(self) -> Reasoner:
        model = RunnableLambda(self._answer)
        prompt = make_prompt("support.v1", "You are kind.")
        graph, clock = make_graph(model, OFFERED), FixedClock()
        self.spans = TimedSpans(clock)
        return Reasoner(agent="support", prompt=prompt, model_id="m", offered=OFFERED, graph=graph, clock=clock, spans=self.spans)

    def _answer(self, messages: Any) -> AIMessage:  # noqa: ANN401
        self.asked.append(list(messages))
        return self.answers.pop(0)


def call(name: str = "refunds__issue_refund", number: str = "1", **payload: Any) -> AIMessage:  # noqa: ANN401
    usage = {"input_tokens": 100, "output_tokens": 10, "total_tokens": 110}
    return AIMessage("", tool_calls=[{"id": number, "name": name, "args": payload or refund()}], usage_metadata=usage)


def turn(script: Script, before: Answer | None = None, refusal: Failure | None = None, receipt: Receipt | None = None) -> Answer:
    said = before.conversation if before else ()
    given = Turn(run="run-1", input={"message": "A refund, please."}, conversation=said, refusal=refusal, receipt=receipt)
    return take_turn(given, script.reasoner())


def test_one_call_of_an_offered_tool_is_a_proposal() -> None:
    answer = turn(Script(call()))
    assert answer.proposal is not None
    assert (answer.proposal.tool, answer.proposal.payload, answer.say) == ("refunds.issue_refund", refund(), None)


def test_text_without_a_call_is_a_closing_word() -> None:
    answer = turn(Script(AIMessage("Sorry, no.")))
    assert (answer.proposal, answer.say) == (None, "Sorry, no.")


def test_a_call_of_another_tool_is_corrected_once_and_never_proposed() -> None:
    script = Script(call("delete_everything"), call("delete_everything"))
    answer = turn(script)
    assert (answer.proposal, len(script.asked)) == (None, 2)


def test_two_calls_at_once_are_corrected_and_the_second_try_counts() -> None:
    both = AIMessage("", tool_calls=[*call(number="1").tool_calls, *call(number="2").tool_calls])
    answer = turn(Script(both, call(number="3")))
    assert answer.proposal is not None


def test_the_refusal_reaches_the_model_as_the_answer_to_its_call() -> None:
    first = turn(Script(call()))
    script = Script(AIMessage("Then not."))
    reasons = (Reason(policy="refunds.over-maximum", reason="$5,000.00 is the largest"),)
    turn(script, first, Failure(error="Remit.Denied", message="no", reasons=reasons))
    heard = script.asked[0][-1]
    assert isinstance(heard, ToolMessage)
    assert heard.tool_call_id == "1"
    assert json.loads(str(heard.content)) == {
        "outcome": "DENIED",
        "error": "Remit.Denied",
        "message": "no",
        "reasons": [{"policy": "refunds.over-maximum", "reason": "$5,000.00 is the largest"}],
    }


def test_what_was_done_reaches_the_model_as_the_answer_to_its_call() -> None:
    first = turn(Script(call()))
    script = Script(AIMessage("Thank you."))
    done = Receipt(
        warrant="w",
        executed_as="arn",
        read_back_as="arn",
        verification=Verification.MATCH,
        expected={},
        observed={"statement": "A pipe burst."},
    )
    turn(script, first, receipt=done)
    heard = script.asked[0][-1]
    assert isinstance(heard, ToolMessage)
    assert (heard.tool_call_id, heard.status) == ("1", "success")
    assert json.loads(str(heard.content)) == {"outcome": "DONE", "observed": {"statement": "A pipe burst."}}


def test_the_system_prompt_comes_first_in_every_turn_and_is_no_part_of_the_conversation() -> None:
    script = Script(call())
    answer = turn(script)
    assert script.asked[0][0] == SystemMessage("You are kind.", id=script.asked[0][0].id)
    assert [message["type"] for message in answer.conversation] == ["human", "ai"]


def test_the_call_names_prompt_version_digest_and_tokens() -> None:
    described = turn(Script(call("nope"), call())).call
    prompt = described["prompt"]
    assert isinstance(prompt, dict)
    assert (prompt["name"], prompt["version"], len(str(prompt["digest"]))) == ("support", "v1", 64)
    assert described["usage"] == {"input_tokens": 200, "output_tokens": 20}


def test_each_cell_of_the_matrix_is_offered_under_a_name_that_bedrock_takes() -> None:
    assert sorted(map(tool_name, OFFERED)) == sorted(REFUNDS.agents["support"].tools)
    assert all(name.replace("_", "").isalnum() for name in OFFERED)
    assert all(offer.parameters["additionalProperties"] is False for offer in OFFERS)


def test_a_model_call_is_traced_by_opentelemetrys_names() -> None:
    script = Script(call())
    turn(script)
    (span,) = script.spans.ended
    assert (span.name, span.attributes["outcome"]) == ("model", "refunds.issue_refund")
    assert {span.attributes[name] for name in ("operation", "provider", "model", "input_tokens", "output_tokens")} == {
        "chat",
        "aws.bedrock",
        "m",
        "100",
        "10",
    }
