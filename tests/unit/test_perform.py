"""What an executor does with what it is sent, whoever sends it."""

from datetime import timedelta
from typing import Any

import pytest

from remit.domain.model import JsonObject
from remit.domain.warrant import Warrant, mint
from remit.execution_ports import Performed
from remit.record_ports import MintWarrant
from remit.usecases.perform import attempt
from tests.fakes.clock import NOON, FixedClock
from tests.fakes.gate import PAYLOADS, REFUNDS, make_intent, refund
from tests.fakes.outside import MemoryUses, Till, executor_ports
from tests.fakes.records import MemoryRecords


class Bench:
    """One executor with a genuine warrant to play with."""

    def __init__(self, agent: str = "support") -> None:
        self.clock, self.till = FixedClock(), Till()
        self.records = MemoryRecords(self.clock)
        self.warrant = mint(make_intent(refund()), NOON)
        self.records.commit("run-1", [MintWarrant(warrant=self.warrant)], [])
        tools = dict.fromkeys(REFUNDS.tools, self.till)
        self.ports = executor_ports(agent, tools, PAYLOADS, MemoryUses(self.records), self.clock)

    def send(self, warrant: Warrant | None = None, payload: JsonObject | None = None) -> Performed:
        order: JsonObject = {"warrant": (warrant or self.warrant).model_dump(mode="json"), "payload": payload or refund()}
        return attempt(order, self.ports)


def error_of(performed: Performed) -> str:
    assert performed.failure is not None
    return performed.failure.error


def test_a_genuine_warrant_acts_once() -> None:
    bench = Bench()
    first, second = bench.send(), bench.send()
    assert first.receipt is not None
    assert (first.receipt, bench.till.times) == (second.receipt, 1)


@pytest.mark.parametrize("event", [{}, {"payload": refund()}, {"warrant": {}, "payload": {}}, {"warrant": "yes", "payload": refund()}])
def test_without_a_warrant_nothing_is_done(event: JsonObject) -> None:
    bench = Bench()
    assert (error_of(attempt(event, bench.ports)), bench.till.times) == ("Remit.WarrantRefused", 0)


@pytest.mark.parametrize(
    "change",
    [{"id": "0" * 40}, {"payload_digest": "0" * 64}, {"tool": "refunds.offer_refund"}, {"agent": "claims"}, {"run": "run-2"}],
)
def test_an_altered_warrant_does_nothing(change: dict[str, Any]) -> None:
    bench = Bench()
    assert error_of(bench.send(bench.warrant.model_copy(update=change))) == "Remit.WarrantRefused"
    assert bench.till.times == 0


def test_a_warrant_with_a_later_expiry_than_minted_does_nothing() -> None:
    bench = Bench()
    longer = bench.warrant.model_copy(update={"expires_at": bench.warrant.expires_at + timedelta(days=1)})
    assert (error_of(bench.send(longer)), bench.till.times) == ("Remit.WarrantRefused", 0)


def test_another_payload_than_the_warranted_does_nothing() -> None:
    bench = Bench()
    assert (error_of(bench.send(payload=refund(130_00))), bench.till.times) == ("Remit.WarrantRefused", 0)


def test_a_warrant_used_too_late_does_nothing() -> None:
    bench = Bench()
    bench.clock.pause(301)
    assert (error_of(bench.send()), bench.till.times) == ("Remit.WarrantRefused", 0)


def test_another_agents_executor_does_nothing() -> None:
    bench = Bench(agent="claims")
    assert (error_of(bench.send()), bench.till.times) == ("Remit.WarrantRefused", 0)


def test_what_was_done_is_read_back_by_another_role_than_the_one_that_acted() -> None:
    receipt = Bench().send().receipt
    assert receipt is not None
    assert [arn.split("/")[1] for arn in (receipt.executed_as, receipt.read_back_as)] == ["support-agent", "support-reader"]


def test_a_repeat_after_the_warrant_expired_still_tells_what_was_done() -> None:
    bench = Bench()
    first = bench.send()
    bench.clock.pause(600)
    assert bench.send() == first


def test_whoever_used_the_warrant_and_broke_off_before_acting_is_finished_by_the_repeat() -> None:
    bench = Bench()
    bench.ports.uses.consume(bench.warrant, NOON)
    performed = bench.send()
    assert performed.receipt is not None
    assert (performed.receipt.verification.value, bench.till.times) == ("MATCH", 1)


def test_after_the_warrants_time_a_repeat_only_looks() -> None:
    bench = Bench()
    bench.ports.uses.consume(bench.warrant, NOON)
    bench.clock.pause(301)
    assert (error_of(bench.send()), bench.till.times) == ("Remit.Unavailable", 0)


def test_a_refusal_on_a_repeat_does_not_prove_that_nothing_was_done() -> None:
    bench = Bench()
    bench.ports.uses.consume(bench.warrant, NOON)
    bench.till.refuses = "There is such a record already."
    assert error_of(bench.send()) == "Remit.Unavailable"
