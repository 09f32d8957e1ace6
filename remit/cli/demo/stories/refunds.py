"""The stories of a governed refund, and who may call at all. What is true is read from the deployed system."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import requests

from remit.answers import Run
from remit.cli.demo.stories.reading import decisions, error, policies
from remit.cli.demo.story import Story
from remit.cli.demo.world import Question, Record, World
from remit.client_errors import Forbidden, Invalid

_ROLE = ":assumed-role/remit-local-refunds-support-agent/"
_REFUSED = {HTTPStatus.CONFLICT, HTTPStatus.GONE}
_ORDER = {"account_id": "A-100", "order_id": "O-1003", "amount": 1200, "currency": "USD", "reason": "late"}
_ACCOUNTS: list[Record] = [
    {"account_id": "A-100", "status": "open", "flagged": False, "version": 1},
    {"account_id": "A-200", "status": "open", "flagged": True, "version": 1},
]
_ORDERS: list[Record] = [
    {"order_id": order, "account_id": account, "currency": "USD", "total": cents, "refundable": cents, "version": 1}
    for order, account, cents in (
        ("O-1001", "A-100", 120_00),
        ("O-1002", "A-100", 2_000_00),
        ("O-1003", "A-100", 300_00),
        ("O-1006", "A-100", 10_000_00),
        ("O-2001", "A-200", 300_00),
    )
]
RECORDS: dict[str, list[Record]] = {"accounts": _ACCOUNTS, "orders": _ORDERS}
MALFORMED: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("a negative amount", "amount", {**_ORDER, "amount": -1200}),
    ("an unknown currency", "currency", {**_ORDER, "currency": "XYZ"}),
    ("an extra field", "approved", {**_ORDER, "approved": True}),
    ('the amount "1200" as text', "amount", {**_ORDER, "amount": "1200"}),
)


def callers(story: Story, world: World) -> None:
    story.say("who", "nobody in particular, then a known user without permission, then one with the policy remit-local-caller")
    story.expect("an unsigned request gets 403", requests.get(f"{world.url}/approvals", timeout=30).status_code, 403)
    story.expect("a caller without execute-api:Invoke gets 403", _status(world.stranger.approvals), 403)
    story.expect("a caller with it gets an answer", _status(world.client.approvals), 200)


def small(story: Story, world: World) -> None:
    before = world.rows("refunds")
    ended = world.ended(_ask(story, world, "Customer Ada on account A-100 asks for a refund of $120.00 for order O-1001: arrived broken."))
    story.tell(ended)
    story.expect("the policies allow it at once", decisions(ended), ["ALLOW"])
    story.expect("the refunds table has exactly one new row, of $120.00", _new(world, "refunds", before), [("O-1001", 12000)])
    _expect_paid(story, world, ended)


def escalated(story: Story, world: World) -> None:
    before = world.rows("refunds")
    run = _ask(story, world, "Customer Ada on account A-100 asks for a refund of $1,200.00 for order O-1002: wrong item.")
    waiting, question = world.question(run)
    _expect_mail(story, question, "finance@example.com")
    _expect_only_a_page(story, world, waiting, question)
    mail, page = world.shown(question)
    story.say("e-mail", f"as it arrived: {mail}")
    story.say("page", f"as it looks: {page}" if page else "no picture of it: there is no Chromium on this machine")
    story.expect("nothing is paid before the answer", _new(world, "refunds", before), [])
    story.expect("the POST approves", world.answer(question, "approve", "Checked with the customer.").status_code, 200)
    ended, world.answered = world.ended(run), question
    story.tell(ended)
    story.say("trace", f"as a page: {world.written(ended)}")
    story.expect("the gate decided twice", decisions(ended), ["ESCALATE", "ALLOW"])
    story.expect("for the rule refunds.over-autonomy", "refunds.over-autonomy" in policies(ended, 0), True)
    story.expect("the refunds table has exactly one new row, of $1,200.00", _new(world, "refunds", before), [("O-1002", 120000)])
    _expect_paid(story, world, ended)


def again(story: Story, world: World) -> None:
    before = world.rows("refunds")
    if world.answered is None:
        story.expect("there is a link that was used", None, "a link")
        return
    story.run = world.answered.run
    ledger = world.client.run(story.run).entries
    answer = world.answer(world.answered, "approve", "Once more.")
    story.say("who", f"whoever has the mail to {', '.join(world.answered.mail.to)}")
    story.say("outcome", f"HTTP {answer.status_code}")
    story.expect("the link is refused", answer.status_code in _REFUSED, True)
    story.expect("the refunds table is unchanged", world.rows("refunds"), before)
    story.expect("the ledger records no second approval and no second execution", world.client.run(story.run).entries, ledger)


def undone(story: Story, world: World) -> None:
    if world.answered is None:
        story.expect("there is a refund to undo", None, "a refund")
        return
    run, before = world.answered.run, world.left("O-1002")
    story.say("who", "an operator, by the policy remit-local-operator")
    story.expect("a caller who is no operator gets 403", _status(lambda: world.client.undo(run)), 403)
    attempt = world.undone(run)
    story.tell(world.client.run(attempt))
    story.expect("the balance of the order is restored", world.left("O-1002") - before, 1_200_00)
    steps = [(step.tool, step.standing) for step in world.operator.undoing(run).steps]
    story.expect("its only action is undone", steps, [("refunds.issue_refund", "UNDONE")])
    story.expect("by a decision, a warrant and a receipt of its own", _kinds(world, attempt), _GOVERNED)
    story.expect("the run itself says so", _kinds(world, run)[-1], "action.undone")
    undos = world.executions("refunds-undo")
    story.expect("undoing it again starts nothing", (world.operator.undo(run).attempt or story).run, attempt)
    story.expect("and changes nothing", (world.executions("refunds-undo"), world.left("O-1002") - before), (undos, 1_200_00))


def rejected(story: Story, world: World) -> None:
    before = world.rows("refunds")
    run = _ask(story, world, "Customer Bob on account A-200 asks for a refund of $80.00 for order O-2001: never arrived.")
    _, question = world.question(run)
    _expect_mail(story, question, "risk@example.com")
    story.expect("whoever has the link is refused: this route wants a sign-in", world.answer(question, "approve", "").status_code, 400)
    no = world.answer_as("finance", question, "reject", "I am not risk.")
    story.expect("finance signs in, and is refused: it is not theirs to answer", (no.status_code, _answers(world, run)), (400, []))
    yes = world.answer_as("risk", question, "reject", "Three claims in one week.")
    story.expect("risk signs in, and the POST rejects", yes.status_code, 200)
    story.expect("the answer is theirs by the token's name", _answers(world, run), ["user-pool/risk"])
    ended = world.ended(run)
    story.tell(ended)
    story.expect("the gate escalated, for the rule refunds.flagged-account", policies(ended, 0), ["refunds.flagged-account"])
    story.expect("the run ends as Remit.ApprovalRejected", error(ended), "Remit.ApprovalRejected")
    story.expect("no money moved", world.rows("refunds"), before)
    story.expect("the execution ended cleanly", world.execution_status("refunds", run), "SUCCEEDED")


def denied(story: Story, world: World) -> None:
    refunds, offers, mails = world.rows("refunds"), world.rows("offers"), len(world.mails())
    ended = world.ended(_ask(story, world, "Customer Ada on account A-100 asks for a refund of $6,000.00 for order O-1006: broken."))
    story.tell(ended)
    story.expect("denied, then the smaller step is allowed", decisions(ended), ["DENY", "ALLOW"])
    story.expect("for the rule refunds.over-maximum alone", policies(ended, 0), ["refunds.over-maximum"])
    story.expect("the model was asked exactly twice", sum(entry.kind == "model.called" for entry in ended.entries), 2)
    story.expect("the largest possible refund is offered", _new(world, "offers", offers), [("O-1006", 500000)])
    story.expect("no money moved", world.rows("refunds"), refunds)
    story.expect("nobody was asked by mail", len(world.mails()), mails)
    story.expect("the execution saw the denial", world.execution_errors("refunds", ended.run), ["Remit.Denied"])


def malformed(story: Story, world: World) -> None:
    before = world.rows("refunds")
    for what, field, payload in MALFORMED:
        _expect_invalid(story, world, what, field, payload)
    story.expect("no money moved", world.rows("refunds"), before)


APPROVED = "$1,200.00 for order O-1002: over the $500 cap, so finance is asked"
STORIES: tuple[tuple[str, Callable[[Story, World], None]], ...] = (
    ("Who may call", callers),
    ("$120.00 for order O-1001: within what the agent may do by itself", small),
    (APPROVED, escalated),
    ("The same link once more: refused, and nothing happens twice", again),
    ("The $1,200.00 is taken back: each step of a run is undone by a governed action, once", undone),
    ("$80.00 on the flagged account A-200: risk is asked, signs in, and says no", rejected),
    ("$6,000.00 for order O-1006: denied whoever approves, so the agent tries another way, once", denied),
    ("Malformed payloads: refused before anything is decided", malformed),
)


_GOVERNED = [
    *("run.started", "intent.proposed", "decision.made", "warrant.minted"),
    *("action.executed", "outcome.verified", "run.finished"),
]


def _kinds(world: World, run: str) -> list[str]:
    return [entry.kind for entry in world.client.run(run).entries]


def _answers(world: World, run: str) -> list[str]:
    """How those who answered were known."""
    return [str(entry.body["known_as"]) for entry in world.client.run(run).entries if entry.kind == "approval.answered"]


def _ask(story: Story, world: World, message: str) -> str:
    story.run = world.ask(message)
    return story.run


def _expect_paid(story: Story, world: World, ended: Run) -> None:
    receipt = ended.outcome.receipt if ended.outcome else None
    story.expect("the run is DONE", ended.outcome and ended.outcome.outcome, "DONE")
    story.expect("the receipt's read-back is a MATCH", receipt and receipt.verification, "MATCH")
    executed = [str(entry.body.get("executed_as")) for entry in ended.entries if entry.kind == "action.executed"]
    story.expect("it was executed once, under the support agent's own role", [_ROLE in arn for arn in executed], [True])
    story.expect("the execution succeeded", world.execution_status("refunds", ended.run), "SUCCEEDED")


def _expect_mail(story: Story, question: Question, to: str) -> None:
    story.expect(f"a mail arrived for {to}", question.mail.to, (to,))
    story.expect(
        "with a text and an HTML part that have the link",
        [question.address in part for part in (question.mail.text, question.mail.html)],
        [True, True],
    )


def _expect_only_a_page(story: Story, world: World, waiting: Run, question: Question) -> None:
    page = world.open_page(question)
    story.expect("its link opens a page", (page.status_code, "text/html" in page.headers.get("Content-Type", "")), (200, True))
    seen = world.client.run(waiting.run)
    rest = tuple(entry for entry in seen.entries if entry.kind != "approval.opened")
    story.expect("opening it decides nothing", (seen.status, rest), ("RUNNING", waiting.entries))


def _expect_invalid(story: Story, world: World, what: str, field: str, payload: dict[str, Any]) -> None:
    before = world.executions("refunds-action")
    named: tuple[str | None, bool] = (None, False)
    try:
        world.client.act("support", "refunds.issue_refund", payload)
    except Invalid as error:
        said = "; ".join(f"{reason.policy}: {reason.reason}" for reason in error.reasons) or error.message
        story.say("payload", f"{what}: {said}")
        named = (error.code, f"payload.{field}" in {reason.policy for reason in error.reasons})
    story.expect(f"{what} is refused, naming {field}", named, ("Remit.InvalidPayload", True))
    new = [world.execution_errors("refunds-action", run) for run in world.executions("refunds-action") - before]
    story.expect("and its execution says so", new, [["Remit.InvalidPayload"]])


def _status(call: Callable[[], object]) -> int | None:
    try:
        call()
    except Forbidden as error:
        return error.status
    return HTTPStatus.OK


def _new(world: World, table: str, before: dict[str, dict[str, Any]]) -> list[tuple[str, int]]:
    """The order and amount of each row that was not there before."""
    return [(row["order_id"], int(row["amount"])) for key, row in world.rows(table).items() if key not in before]
