"""What stands in a function's log: JSON, whose run and whose trace, and nothing of what is in a payload."""

import io
import json
import logging
import sys
from logging import StreamHandler
from typing import Any

import pytest
from pydantic import ValidationError

from lambdas.executor import handler as executor
from lambdas.gate import handler as gate
from remit.adapters.observability import about, logger, metrics, observed, witness
from remit.domain.ledger import Kind
from remit.domain.model import JsonObject
from remit.usecases.perform import run_of
from tests.fakes.gate import World, make_intent, refund
from tests.fakes.http import Context

TRACE = "1-67891233-abcdef012345678912345678"


class Stdout(io.StringIO):
    """Whatever is stdout at the moment."""

    def write(self, text: str) -> int:
        return sys.stdout.write(text)


@pytest.fixture(autouse=True)
def traced(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a Lambda that is traced; the logger holds on to the stdout that there was when it was made."""
    monkeypatch.setenv("_X_AMZN_TRACE_ID", f"Root={TRACE};Parent=53995c3f42cd8ad8;Sampled=1")
    handler = logger.registered_handler
    assert isinstance(handler, StreamHandler)
    monkeypatch.setattr(handler, "stream", Stdout())
    monkeypatch.setattr(logger._logger, "level", logging.INFO)


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def govern(world: World, payload: JsonObject, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """What the gate's function writes when it is given this payload."""
    monkeypatch.setattr(gate, "ports", lambda: world.ports)
    intent = make_intent(payload)
    world.opened(intent)
    capsys.readouterr()
    gate.handler({"task_token": "task-token-1", "intent": intent.model_dump(mode="json")}, Context())


def test_every_line_of_an_invocation_says_its_run_its_request_and_its_trace(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    world = World(witnesses=(witness(),))
    govern(world, refund(120_00), monkeypatch, capsys)
    told = lines(capsys)
    assert {line["message"] for line in told if "message" in line} >= {Kind.DECISION_MADE, Kind.WARRANT_MINTED, Kind.OUTCOME_VERIFIED}
    assert [line for line in told if "_aws" in line]
    for line in told:
        assert (line["run"], line["function_request_id"], line["xray_trace_id"]) == ("run-1", "request-1", TRACE)


def test_no_line_holds_a_value_of_the_payload_or_a_token(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    govern(World(witnesses=(witness(),)), refund(6_543_21), monkeypatch, capsys)
    out = capsys.readouterr().out
    assert out
    assert not [secret for secret in ("A-100", "O-1001", "654321", "arrived broken", "task-token-1") if secret in out]


def test_a_line_for_an_entry_holds_its_hash_and_not_its_body(capsys: pytest.CaptureFixture[str]) -> None:
    world = World(witnesses=(witness(),))
    world.propose(refund(120_00))
    logged = [line for line in lines(capsys) if "hash" in line]
    assert [(line["message"], line["seq"], line["hash"]) for line in logged] == [
        (entry.kind.value, entry.seq, entry.hash) for entry in world.entries()
    ]


def test_what_one_invocation_was_about_is_forgotten_in_the_next(capsys: pytest.CaptureFixture[str]) -> None:
    @observed
    def handler(event: dict[str, Any], context: Any) -> None:  # noqa: ANN401
        if "run" in event:
            about(run=event["run"])
        metrics.add_metric("Turns", "Count", 1)

    handler({"run": "run-7"}, Context())
    handler({}, Context())
    first, second = lines(capsys)
    assert (first["run"], "run" in second, second["xray_trace_id"]) == ("run-7", False, TRACE)


def test_a_malformed_event_is_not_told_with_its_values(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValidationError) as refused:
        gate.handler({"task_token": "t", "intent": {"payload": "a card number"}}, Context())
    assert "a card number" not in str(refused.value) + capsys.readouterr().out


@pytest.mark.parametrize("event", [{}, {"warrant": "w"}, {"warrant": {"run": 7}}, {"warrant": {}}])
def test_an_order_that_names_no_run_is_about_none(event: JsonObject) -> None:
    assert run_of(event) is None


def test_an_executors_lines_say_the_run_of_its_warrant(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(executor, "ports", lambda: None)
    executor.handler({"warrant": {"run": "run-9"}}, Context())
    assert {line["run"] for line in lines(capsys)} == {"run-9"}
