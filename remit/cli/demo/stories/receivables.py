"""The stories of overdue invoices: letters in an order that neither a model nor a machine started by hand can skip."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from remit.answers import Run
from remit.cli.demo.stories.reading import carries
from remit.cli.demo.story import Story
from remit.cli.demo.world import Record, World

# Longer than three letters and the two pauses between them take.
_PATIENCE_SECONDS = 180.0
_CUSTOMERS: list[Record] = [
    {"customer_id": f"K-{number}", "name": name, "email": f"{name.lower()}@customer.example", "version": 1}
    for number, name in enumerate(("Birch", "Cedar", "Larch", "Maple"), start=1)
]
_INVOICES: list[Record] = [
    {
        "invoice_id": f"I-{number}",
        "customer_id": f"K-{number}",
        "owed_in": portfolio,
        "due_on": f"2026-08-{number:02d}",
        "currency": "USD",
        "amount": 4_000_00,
        "status": "unpaid",
        "disputed": disputed,
        "default_allowed": default_allowed,
        "version": 1,
    }
    for number, portfolio, disputed, default_allowed in (
        (1, "north", False, True),
        (2, "north", True, True),
        (3, "north", False, False),
        (4, "south", False, True),
    )
]
RECORDS: dict[str, list[Record]] = {"customers": _CUSTOMERS, "invoices": _INVOICES}
_NOTICE = {"invoice_id": "I-4", "passage": "We regret that it has come to this."}


def chased(story: Story, world: World) -> None:
    mails = len(world.mails())
    run = world.client.start_run("receivables", {"portfolio": "north", "due_before": "2026-10-01"}).run
    ended = world.client.wait(run, _PATIENCE_SECONDS)
    story.tell(ended)
    story.expect("the run is DONE", ended.outcome and ended.outcome.outcome, "DONE")
    story.expect("the execution succeeded", world.execution_status("receivables", run), "SUCCEEDED")
    letters = Counter((row["invoice_id"], row["kind"], row["status"]) for row in _letters(world, run))
    story.expect("I-1, unpaid to the end: two reminders, then a notice of default", _of("I-1", letters), _CHASED)
    story.expect("I-2, disputed: nobody writes to the customer", _of("I-2", letters), {})
    story.expect("I-3, whose contract rules a default out: one reminder", _of("I-3", letters), {("reminder", "sent"): 1})
    sent = Counter(mail.to[0] for mail in world.mails()[mails:])
    story.expect("the mails are in the inbox", dict(sent), {"birch@customer.example": 3, "larch@customer.example": 1})
    story.expect("and say what they carry", {carries(mail) for mail in world.mails()[mails:]}, {("internal", "internal")})
    story.expect("each customer's record says so", world.rows("customers", "receivables")["K-1"]["last_letter"], "default_notice")
    world.chased = ended


def out_of_turn(story: Story, world: World) -> None:
    letters = world.rows("letters", "receivables")
    asked = world.client.act("collections", "receivables.send_default_notice", _NOTICE)
    story.say("intent", "a notice of default on I-4, as the only step of a run")
    story.expect("it is refused: nobody has looked whether I-4 is disputed", asked.error, "Remit.PreconditionUnmet")
    story.expect("for what the charter requires first", asked.reasons[0].policy, "requires.receivables.check_dispute")
    if world.chased is None:
        story.expect("there is a run to smuggle it into", None, "a run")
        return
    story.run = world.chased.run
    execution = world.start_by_hand("receivables-action", _by_hand(world.chased))
    story.say("intent", f"the same from a machine that was started by hand in the name of {story.run}")
    story.expect("the gate refuses that too", world.execution_errors("receivables-action", execution), ["Remit.PreconditionUnmet"])
    story.expect("no letter was written", world.rows("letters", "receivables"), letters)


STORIES: tuple[tuple[str, Callable[[Story, World], None]], ...] = (
    ("Overdue invoices: reminders and a notice of default, each in its turn; the disputed one is left alone", chased),
    ("A notice of default before the dispute check: refused, also from a machine that was started by hand", out_of_turn),
)
_CHASED = {("reminder", "sent"): 2, ("default_notice", "sent"): 1}


def _letters(world: World, run: str) -> list[dict[str, Any]]:
    return [row for row in world.rows("letters", "receivables").values() if row["run"] == run]


def _of(invoice: str, letters: Counter[tuple[str, str, str]]) -> dict[tuple[str, str], int]:
    return {(kind, status): times for (of, kind, status), times in letters.items() if of == invoice}


def _by_hand(run: Run) -> dict[str, Any]:
    """What the API would hand to the machine, in the name of that run and of who started it."""
    started = run.entries[0].body
    caller = {"requester": started["requester"], "delegator": started.get("delegator")}
    return {"run": run.run, "agent": "collections", **caller, "intent": {"tool": "receivables.send_default_notice", "payload": _NOTICE}}
