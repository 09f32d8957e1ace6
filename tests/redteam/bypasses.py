"""Ways around the gate, and which layers refuse each: every cell is an attempt on that layer alone. Where money would move there are two
or more."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import ValidationError

from remit.adapters.bundle import load_charter as load_bundled
from remit.adapters.embedded_cedar import EmbeddedCedar
from remit.charters import CharterError, load_charter
from remit.domain.ballot import Verdict
from remit.domain.errors import Unavailable
from remit.domain.evaluation import AuthorizationRequest, Evaluation
from remit.domain.intent import Requester
from remit.domain.ledger import broken_link
from remit.domain.model import JsonObject
from remit.domain.payload import parse_payload
from remit.domain.strict_json import read_object
from remit.pages import approval_mail
from remit.ports import PolicyEngine
from remit.usecases.gate import resume
from remit.usecases.runs import propose
from tests.fakes.clock import NOON, FixedClock
from tests.fakes.gate import PAYLOADS, POLICIES, World, make_intent, refund
from tests.redteam.layers import (
    LARGE,
    NONE,
    Attempt,
    Bench,
    NotRefused,
    after_a_ballot,
    altered,
    asked,
    gate_refuses,
    iam,
    raised,
    repeated,
    said,
    second_action,
    untouched,
)
from tests.unit.test_runs import Desk

ANSWERING = "answer a waiting task, with its real token"
EXECUTOR = "invoke the claims agent's executor"
ATTACKER = Requester(arn="arn:aws:iam::000000000000:user/attacker")


@dataclass(frozen=True, slots=True)
class Bypass:
    """`layers`: what is tried at each, by its name."""

    name: str
    layers: Mapping[str, Attempt]
    money: bool = True


class Down(PolicyEngine):
    name = "down"

    def evaluate(self, request: AuthorizationRequest) -> Evaluation:
        raise Unavailable("Verified Permissions: ReadTimeoutError")

    def policy_set(self) -> str:
        return "as it was"


def nothing_without_a_warrant() -> str:
    return Bench().refuses(NONE)


def _malformed_charter(text: str) -> str:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "refunds.yaml"
        path.write_text(text, encoding="utf-8")
        try:
            load_charter(path)
        except CharterError:
            return "CharterError, with file, line and field"
    raise NotRefused


def _malformed_bundle(text: str) -> str:
    with TemporaryDirectory() as folder:
        (Path(folder) / "charters").mkdir()
        (Path(folder) / "charters" / "refunds.json").write_text(text, encoding="utf-8")
        try:
            load_bundled("refunds", Path(folder))
        except ValidationError:
            return "the gate does not start"
    raise NotRefused


def _answered_twice() -> str:
    world, approval = asked()
    world.reply(Verdict.APPROVE)
    return said(world, approval)


def _woken_twice() -> str:
    world, approval = asked()
    world.reply(Verdict.APPROVE)
    resume(approval.id, world.ports)
    if world.till.times != 1 or len(world.records.warrants) != 1:
        raise NotRefused
    return "stored receipt"


def _to_another_payload() -> str:
    world, _ = asked()
    return after_a_ballot(world, "0" * 64)


def _question_about_another_payload() -> str:
    world, approval = asked()
    other = approval.model_copy(update={"payload_digest": "0" * 64})
    world.records.approvals[approval.id] = other
    return after_a_ballot(world, other.payload_digest)


def _late_answer() -> str:
    world, approval = asked()
    world.clock.pause((approval.expires_at - NOON).total_seconds() + 1)
    return said(world, approval)


def _late_ballot() -> str:
    world, approval = asked()
    world.records.ballots[approval.id, 0] = world.ballot(Verdict.APPROVE, approval.payload_digest)
    world.clock.pause((approval.expires_at - NOON).total_seconds() + 1)
    resume(approval.id, world.ports)
    return untouched(world)


def _forged_requester() -> str:
    world = World()
    world.opened(make_intent(refund()))
    return gate_refuses(world, requester=ATTACKER)


def _not_opened_by_the_api() -> str:
    """A machine that somebody started by hand: nothing says who asked."""
    world = World()
    world.records.commit("run-1", [], [])
    world.opened = lambda intent: None  # type: ignore[method-assign]
    return gate_refuses(world)


def _ended_run() -> str:
    world, approval = asked()
    world.tasks.ended.add("task-1")
    return after_a_ballot(world, approval.payload_digest)


def _redriven() -> str:
    world = World()
    return repeated(world, world.propose())


def _edited_ledger() -> str:
    world = World()
    world.propose()
    entries = world.entries()
    forged = entries[1].model_copy(update={"body": {"amount": 1}})
    if broken_link((entries[0], forged, *entries[2:])) is None:
        raise NotRefused
    return "the chain breaks at that entry"


def _gate_on_an_edited_ledger() -> str:
    world = World()
    world.opened(make_intent(refund()))
    (started,) = world.entries()
    world.records.ledger["run-1"] = (started.model_copy(update={"body": {**started.body, "workflow": "another"}}),)
    return gate_refuses(world)


def _invalid(payload: JsonObject) -> Attempt:
    return lambda: raised(lambda: parse_payload(PAYLOADS["refunds.issue_refund"], payload))


def _no_json(payload: str) -> Attempt:
    return lambda: raised(lambda: read_object(f'{{"payload": {payload}}}'))


def _too_large_to_start() -> str:
    desk = Desk()
    return raised(lambda: propose("support", "refunds.issue_refund", refund(reason="x" * 300_000), desk.call(), desk.ports))


def _a_number_too_large_for_cedar() -> str:
    world = World()
    world.business["orders", "O-1001"]["refundable"] = 10**400
    return gate_refuses(world)


def _mail_with(reason: str) -> str:
    world, approval = asked(World())
    world.propose(refund(LARGE, reason=reason), step="govern-2", token="task-2")
    (other,) = (each for each in world.records.approvals.values() if each.id != approval.id)
    mail = approval_mail(other, "finance@example.com", "finance@example.com", "https://remit.example/approvals/1?token=t")
    written = mail.subject + mail.html + mail.text
    if {"\r", "\n"} & set(mail.subject) or str(7919 * 104729) in written or "<script" in mail.html or "\nBcc:" in mail.text:
        raise NotRefused
    return "text in the mail, and on the page"


def _empty_engine() -> World:
    return World(engine=EmbeddedCedar((), POLICIES.policy_schema))


def _late_warrant() -> str:
    late = FixedClock(NOON + timedelta(minutes=10))
    return Bench(late).table_refuses(Bench().warrant)


def _answered_by_a_fast_clock() -> str:
    """To a function whose clock is two days ahead every link has expired."""
    world, approval = asked()
    world.clock.pause(86_400 * 2)
    return said(world, approval)


BYPASSES = (
    Bypass("no policy is loaded", {"gate": lambda: gate_refuses(_empty_engine()), "executor": nothing_without_a_warrant}),
    Bypass("the engine is down", {"gate": lambda: gate_refuses(World(engine=Down())), "executor": nothing_without_a_warrant}),
    Bypass(
        "a malformed charter",
        {"synth": lambda: _malformed_charter("domain: refunds\nagents: {}\n"), "gate": lambda: _malformed_bundle('{"domain": "refunds"}')},
    ),
    Bypass("a replayed approval", {"approval": _answered_twice, "record": _woken_twice}),
    Bypass("an altered approval", {"approval": _to_another_payload, "gate": _question_about_another_payload}),
    Bypass("an expired approval", {"approval": _late_answer, "gate": _late_ballot}),
    Bypass(
        "a forged approval",
        {"approval": lambda: said(*asked(), token="token-0"), "IAM": iam("claims agent", "answer an approval")},
    ),
    Bypass(
        "a replayed intent",
        {"gate": _redriven, "record": lambda: second_action(make_intent(refund())), "executor": lambda: Bench().acts_once()},
    ),
    Bypass("a forged requester", {"gate": _forged_requester, "record": _not_opened_by_the_api}),
    Bypass("an executor invoked directly", {"executor": nothing_without_a_warrant, "IAM": iam("claims agent", EXECUTOR)}),
    Bypass(
        "an altered warrant",
        {
            "executor": lambda: Bench().refuses(payload=refund(LARGE)),
            "record": lambda: Bench().table_refuses(altered(payload_digest="0" * 64)),
            "IAM": iam("claims executor", "change a warrant"),
        },
    ),
    Bypass(
        "a made-up warrant",
        {
            "record": lambda: Bench().table_refuses(altered(id="0" * 40)),
            "IAM": iam("claims agent", "mint a warrant"),
        },
    ),
    Bypass(
        "a run that is resumed after its end",
        {"gate": _ended_run, "IAM": iam("claims agent", "answer a waiting task, with its real token")},
    ),
    Bypass("a run that is redriven", {"gate": _redriven, "executor": lambda: Bench().acts_once()}),
    Bypass(
        "an agent that writes to the ledger",
        {"IAM": iam("claims agent", "edit the ledger"), "record": _edited_ledger, "gate": _gate_on_an_edited_ledger},
    ),
    Bypass("a clock that is wrong", {"record": _late_warrant, "approval": _answered_by_a_fast_clock}),
    Bypass(
        "an oversized payload",
        {"edge": _too_large_to_start, "payload": _invalid(refund(reason="x" * 5_000))},
    ),
    Bypass("a deeply nested payload", {"edge": _no_json("[" * 5_000 + "]" * 5_000), "payload": _invalid(refund(reason=[[[["x"]]]]))}),
    Bypass(
        "letters that look alike",
        {
            "payload": _invalid(refund(order_id="\u041e-1001")),
            "gate": lambda: gate_refuses(World(), agent="supp\u043ert"),
        },
    ),
    Bypass(
        "a name that stands twice",
        {"edge": _no_json('{"amount": 1, "amount": 900000}'), "executor": lambda: Bench().refuses(payload=refund(1))},
    ),
    Bypass("NaN", {"edge": _no_json('{"amount": NaN}'), "payload": _invalid(refund(float("nan")))}),
    Bypass(
        "a huge integer",
        {
            "edge": _no_json('{"amount": ' + "9" * 5_000 + "}"),
            "payload": _invalid(refund(10**400)),
            "gate": _a_number_too_large_for_cedar,
        },
    ),
    Bypass("a header in a mail", {"mail": lambda: _mail_with("x\r\nBcc: mallory@elsewhere.example")}, money=False),
    Bypass("a template in a mail", {"mail": lambda: _mail_with("{{ 7919 * 104729 }}<script>alert(1)</script>")}, money=False),
)
