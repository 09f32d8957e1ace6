"""What a reasoner makes of a model's answers."""

import json
from dataclasses import replace

import pytest
from langchain_core.messages import AIMessage, SystemMessage, ToolMessage

from lambdas.reasoner.turn import ANSWER_TOKENS, Answer, Turn, most_tokens, take_turn
from remit.domain.action import Failure
from remit.domain.errors import BudgetExhausted, Reason, Unavailable
from remit.domain.identifiers import tool_name
from remit.domain.warrant import Receipt, Verification
from tests.fakes.clock import FixedClock
from tests.fakes.gate import REFUNDS, refund
from tests.fakes.script import OFFERED, OFFERS, Script, call
from tests.fakes.tokens import MemoryTokens, make_purse
from tests.fakes.transcripts import MemoryTranscripts


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


def test_whoever_drafts_can_only_write() -> None:
    drafting = Turn(run="run-1", input={"message": "A reminder, please."}, drafting=True)
    answer = take_turn(drafting, Script(AIMessage("Please pay.")).reasoner())
    assert (answer.proposal, answer.say) == (None, "Please pay.")


def test_a_call_by_whoever_drafts_is_no_proposal() -> None:
    drafting = Turn(run="run-1", input={"message": "A reminder, please."}, drafting=True)
    answer = take_turn(drafting, Script(call(), call()).reasoner())
    assert (answer.proposal, answer.say) == (None, "The model gave no usable answer.")


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


def test_each_cell_of_the_matrix_but_what_only_undoes_is_offered_under_a_name_that_bedrock_takes() -> None:
    assert sorted(map(tool_name, OFFERED)) == [tool for tool in sorted(REFUNDS.agents["support"].tools) if not REFUNDS.undone_by(tool)]
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


def test_what_was_asked_and_answered_is_kept_word_for_word_and_the_ledger_has_only_its_name() -> None:
    script, kept = Script(call()), MemoryTranscripts()
    answer = take_turn(Turn(run="run-1", input={"message": "A refund, please."}), replace(script.reasoner(), transcripts=kept))
    names = answer.call["archived"]
    assert isinstance(names, dict)
    asked, answered = (kept.read(str(names[side])) or [] for side in ("input", "output"))
    assert [message["content"] for message in asked] == ["You are kind.", "A refund, please."]
    assert [message["type"] for message in answered] == ["ai"]
    assert "A refund, please." not in json.dumps(answer.call)


def test_what_cannot_be_kept_leads_to_nothing() -> None:
    kept = MemoryTranscripts()
    kept.full = True
    with pytest.raises(Unavailable):
        take_turn(Turn(run="run-1", input={"message": "Hello."}), replace(Script(call()).reasoner(), transcripts=kept))


ASKED = Turn(run="run-1", input={"message": "A refund, please."})


def test_what_a_turn_can_take_is_drawn_before_it_and_what_it_took_counts_after_it() -> None:
    script, accounts = Script(call()), MemoryTokens()
    take_turn(ASKED, script.reasoner(make_purse(FixedClock(), accounts, day=100_000, run=50_000)))
    assert accounts.drawn == {"agent/support/2026-11-22": 110, "run/run-1/support": 110}


def test_a_model_whose_turn_the_tokens_do_not_cover_is_not_asked() -> None:
    script, accounts = Script(call()), MemoryTokens()
    with pytest.raises(BudgetExhausted) as refused:
        take_turn(ASKED, script.reasoner(make_purse(FixedClock(), accounts, run=1_000)))
    assert refused.value.message == "In this run agent 'support' has a budget of 1000 tokens, and this would exceed it."
    assert (script.asked, accounts.drawn) == ([], {})


def test_a_turn_that_breaks_off_keeps_what_it_drew() -> None:
    script, accounts = Script(), MemoryTokens()
    with pytest.raises(IndexError):
        take_turn(ASKED, script.reasoner(make_purse(FixedClock(), accounts, run=50_000)))
    assert accounts.drawn["run/run-1/support"] > ANSWER_TOKENS


def test_a_model_is_not_asked_while_nobody_can_tell_what_it_may_spend() -> None:
    script, accounts = Script(call()), MemoryTokens()
    accounts.gone = True
    with pytest.raises(Unavailable):
        take_turn(ASKED, script.reasoner(make_purse(FixedClock(), accounts, run=50_000)))
    assert script.asked == []


def test_a_longer_conversation_can_take_more() -> None:
    short, long = ([SystemMessage("é" * length)] for length in (10, 1000))
    assert most_tokens(long, 0) - most_tokens(short, 0) == 2 * 2 * 990
