"""One layer at a time: what each refuses of a refund that should not be paid, with every other layer out of the way."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from remit.domain.action import Failure
from remit.domain.approval import Approval
from remit.domain.ballot import Verdict
from remit.domain.errors import RemitError
from remit.domain.intent import Intent
from remit.domain.model import JsonObject
from remit.domain.warrant import Warrant, mint
from remit.ports import Clock
from remit.record_ports import MintWarrant, OpenAction
from remit.usecases.answer import Given, answer
from remit.usecases.gate import resume
from remit.usecases.perform import attempt
from tests.fakes.clock import FixedClock
from tests.fakes.gate import PAYLOADS, REFUNDS, World, make_intent, refund
from tests.fakes.outside import MemoryUses, Till, executor_ports
from tests.fakes.records import MemoryRecords

Attempt = Callable[[], str]
PAGE = Path(__file__).parents[2] / "docs" / "bypass.md"
LARGE = 1200_00
_ROW = re.compile(r"^\| ([^|]+?) \| `[^|]+` \| ([^|]+?) \|$")


class NotRefused(AssertionError):
    """The layer let it through."""


def iam(principal: str, tried: str) -> Attempt:
    """What IAM was seen to refuse it by, on the local cloud."""
    return lambda: seen_by_iam()[principal, tried]


def seen_by_iam() -> Mapping[tuple[str, str], str]:
    """The rows of docs/bypass.md, which a test holds to what is seen; by principal and attempt."""
    rows: dict[tuple[str, str], str] = {}
    principal = ""
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if line.startswith("## As the "):
            principal = line.removeprefix("## As the ")
        elif row := _ROW.match(line):
            rows[principal, row[1]] = row[2]
    return rows


def raised(tried: Callable[[], object]) -> str:
    """The error that it is refused with."""
    try:
        tried()
    except RemitError as error:
        return error.code
    raise NotRefused


def gate_refuses(world: World, payload: JsonObject | None = None, **changes: Any) -> str:  # noqa: ANN401 (fields of an intent)
    """What the task is told of an intent that comes to nothing."""
    world.propose(refund() if payload is None else payload, **changes)
    return untouched(world)


def untouched(world: World) -> str:
    """The last that the task was told, of a gate that has done nothing and let nothing be done."""
    if world.till.times or world.records.warrants or not world.tasks.told:
        raise NotRefused
    told = world.tasks.told[-1][1]
    if not isinstance(told, Failure):
        raise NotRefused
    return ", ".join(reason.policy for reason in told.reasons) or told.error


def asked(world: World | None = None) -> tuple[World, Approval]:
    """A gate that waits for finance's answer to a large refund."""
    world = world or World()
    world.propose(refund(LARGE))
    (approval,) = world.records.approvals.values()
    return world, approval


def said(world: World, approval: Approval, token: str = "token-1") -> str:
    """What an answer by this link is refused with."""
    return raised(lambda: answer(approval.id, Given(token=token, verdict=Verdict.APPROVE), world.approval_ports))


def after_a_ballot(world: World, payload_digest: str) -> str:
    """What the gate makes of finance's yes to that payload, as if it lay in the table."""
    (approval,) = world.records.approvals.values()
    world.records.ballots[approval.id, 0] = world.ballot(Verdict.APPROVE, payload_digest)
    resume(approval.id, world.ports)
    if world.till.times or world.records.warrants:
        raise NotRefused
    return untouched(world) if world.tasks.told else "no answer counted"


class Bench:
    """An executor by itself, with one genuine warrant that its table knows."""

    def __init__(self, clock: Clock | None = None, intent: Intent | None = None) -> None:
        self.clock, self.till = clock or FixedClock(), Till()
        self.records = MemoryRecords(self.clock)
        self.warrant = mint(intent or make_intent(refund()), FixedClock().now())
        self.records.commit("run-1", [MintWarrant(warrant=self.warrant)], [])
        self.uses = MemoryUses(self.records)
        self.ports = executor_ports("support", dict.fromkeys(REFUNDS.tools, self.till), PAYLOADS, self.uses, self.clock)

    def refuses(self, warrant: Warrant | None = None, payload: JsonObject | None = None) -> str:
        """The error of an order that does nothing."""
        told = (warrant or self.warrant).model_dump(mode="json") if warrant is not NONE else {}
        performed = attempt({"warrant": told, "payload": payload or refund()}, self.ports)
        if performed.failure is None or self.till.times:
            raise NotRefused
        return performed.failure.error

    def table_refuses(self, warrant: Warrant) -> str:
        """The error of the table of uses, whatever the executor thinks of the warrant."""
        return raised(lambda: self.uses.consume(warrant, self.clock.now()))

    def acts_once(self) -> str:
        """A repeat of the order looks at what was done, and does nothing."""
        first, second = (attempt({"warrant": self.warrant.model_dump(mode="json"), "payload": refund()}, self.ports) for _ in range(2))
        if self.till.times != 1 or first.receipt is None or second.receipt is None:
            raise NotRefused
        return "stored receipt"


NONE = mint(make_intent(refund(1)), FixedClock().now())


def second_action(intent: Intent) -> str:
    """What the records say to another action under the same key."""
    world = World()
    world.propose()
    (action,) = world.records.actions.values()
    return raised(lambda: world.records.commit(intent.run, [OpenAction(action=action)], []))


def repeated(world: World, intent: Intent) -> str:
    """A retry of an intent that was done: it is told what came of it, and nothing is done."""
    world.propose(intent.payload, token="task-2")
    if world.till.times != 1 or len(world.records.warrants) != 1 or isinstance(world.tasks.told[-1][1], Failure):
        raise NotRefused
    return "stored receipt"


def altered(**changes: object) -> Warrant:
    return Bench().warrant.model_copy(update=changes)
