import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from typing import Any

import pytest

from remit.domain.recall import shown
from remit.local.model import complete, scripts, server
from tests.fakes.shipping import Shipping
from tests.local.aws import Aws

pytestmark = [pytest.mark.enable_socket, pytest.mark.xdist_group("local-cloud")]

ASKED = "Customer Ada on account A-100 asks for a refund of $120.00 for order O-1001: arrived broken."
TOOLS = ["refunds__issue_refund", "refunds__offer_refund"]
TOO_LARGE = {
    "outcome": "DENIED",
    "error": "Remit.Denied",
    "reasons": [{"policy": "refunds.ceiling", "reason": "$6,000.00 is too much: $5,000.00 is the largest refund that may be asked for"}],
}
FLAGGED = {"outcome": "DENIED", "error": "Remit.ApprovalRejected", "reasons": [{"policy": "approval.risk", "reason": "risk said no"}]}
DONE = {"outcome": "DONE", "receipt": {"outcome": "MATCH"}}


def request(user: str, *results: dict[str, Any], tools: list[str] = TOOLS) -> dict[str, Any]:
    told = [{"role": "tool", "tool_call_id": "call_1", "content": json.dumps(result)} for result in results]
    return {
        "model": "any",
        "messages": [{"role": "system", "content": "You help customers."}, {"role": "user", "content": user}, *told],
        "tools": [{"type": "function", "function": {"name": name, "parameters": {}}} for name in tools],
    }


def message(asked: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = complete(scripts(), asked)["choices"][0]["message"]
    return answer


def called(asked: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    function = message(asked)["tool_calls"][0]["function"]
    return function["name"], json.loads(function["arguments"])


@pytest.mark.parametrize(("dollars", "cents"), [("$120.00", 12_000), ("$1,200", 120_000), ("$6,000.00", 600_000), ("$0.29", 29)])
def test_a_request_for_a_refund_becomes_a_call_in_whole_cents(dollars: str, cents: int) -> None:
    name, arguments = called(request(ASKED.replace("$120.00", dollars)))
    assert name == "refunds__issue_refund"
    assert arguments == {
        "account_id": "A-100",
        "order_id": "O-1001",
        "amount": cents,
        "currency": "USD",
        "reason": "arrived broken",
    }


def test_a_refund_denied_for_its_size_becomes_an_offer_of_the_largest_one() -> None:
    name, arguments = called(request(ASKED.replace("$120.00", "$6,000.00"), TOO_LARGE))
    assert name == "refunds__offer_refund"
    assert (arguments["amount"], arguments["account_id"], arguments["order_id"]) == (500_000, "A-100", "O-1001")


def test_any_other_denial_is_told_to_the_customer() -> None:
    answer = message(request(ASKED, FLAGGED))
    assert "risk said no" in answer["content"]
    assert "tool_calls" not in answer


def test_only_the_last_denial_counts_so_that_an_offer_is_not_repeated() -> None:
    assert "risk said no" in message(request(ASKED, TOO_LARGE, FLAGGED))["content"]


def test_a_done_tool_call_ends_the_conversation() -> None:
    answer = complete(scripts(), request(ASKED, DONE))["choices"][0]
    assert answer["finish_reason"] == "stop"
    assert "tool_calls" not in answer["message"]


def test_a_result_from_before_the_last_user_message_is_history() -> None:
    asked = request(ASKED, DONE)
    asked["messages"].append({"role": "user", "content": ASKED.replace("O-1001", "O-1002")})
    assert called(asked)[1]["order_id"] == "O-1002"


@pytest.mark.parametrize("asked", [request("What is the weather?"), request(ASKED, tools=["claims__draft"]), request(ASKED, tools=[])])
def test_a_conversation_that_no_rule_matches_is_answered_in_plain_text(asked: dict[str, Any]) -> None:
    assert message(asked)["content"].startswith("No rule of the scripted model matches")


def test_the_same_conversation_gets_the_same_answer() -> None:
    assert complete(scripts(), request(ASKED)) == complete(scripts(), request(ASKED))


def test_a_rule_that_is_settled_is_told_with_its_version() -> None:
    asked = request("Should we try regional courier partners for zone-B?", tools=["logistics__book_shipment"])
    asked["messages"][0]["content"] += "\n" + shown(Shipping().said("X"))
    assert "logistics:zone-B/carrier v1 says carrier X, by the owner" in message(asked)["content"]


@contextmanager
def serving() -> Iterator[HTTPConnection]:
    with server(0, scripts()) as running:
        threading.Thread(target=running.serve_forever).start()
        yield HTTPConnection("127.0.0.1", running.server_port, timeout=5)
        running.shutdown()


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/v1/chat/completions", json.dumps(request(ASKED)), 200),
        ("/v1/chat/completions", "no JSON", 400),
        ("/v1/chat/completions", "[]", 400),
        ("/v1/chat/completions", '{"messages": [{"content": "no role"}]}', 400),
        ("/v1/embeddings", "{}", 404),
    ],
)
def test_the_server_answers_chat_completions_and_refuses_the_rest(path: str, body: str, status: int) -> None:
    with serving() as connection:
        connection.request("POST", path, body)
        assert connection.getresponse().status == status


def converse(aws: Aws, *turns: dict[str, Any]) -> dict[str, Any]:
    tools = [{"toolSpec": {"name": name, "inputSchema": {"json": {"type": "object"}}}} for name in TOOLS]
    answer = aws.client("bedrock-runtime").converse(
        modelId="any.model-v1:0",
        system=[{"text": "You help customers."}],
        messages=[{"role": "user", "content": [{"text": ASKED}]}, *turns],
        toolConfig={"tools": tools},
    )
    return dict(answer)


def test_bedrock_converse_reaches_the_scripted_model_and_carries_the_denial_back(aws: Aws) -> None:
    first = converse(aws)
    [use] = [block["toolUse"] for block in first["output"]["message"]["content"]]
    denial = {"toolResult": {"toolUseId": use["toolUseId"], "content": [{"text": json.dumps(TOO_LARGE)}], "status": "error"}}
    second = converse(aws, first["output"]["message"], {"role": "user", "content": [denial]})
    assert (first["stopReason"], use["name"], use["input"]["amount"]) == ("tool_use", "refunds__issue_refund", 12_000)
    assert second["output"]["message"]["content"][0]["toolUse"]["input"]["amount"] == 500_000
    assert first["usage"]["inputTokens"] < second["usage"]["inputTokens"]
