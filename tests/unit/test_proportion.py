"""Who owns what, who asks, and how far a request reaches."""

from pathlib import Path

import pytest

from remit.charters import load_charter, load_payloads
from remit.domain.approval import request_approval
from remit.domain.ballot import Answer, Verdict, Voice
from remit.domain.case import Owner, Scope
from remit.domain.decision import Decision, FactUsed, Outcome
from remit.domain.delegation import Delegator
from remit.domain.errors import Denied
from remit.domain.fact import make_fact
from remit.domain.history import Caller
from remit.domain.intent import Intent, Requester
from remit.domain.ledger import Draft, Kind
from remit.domain.model import JsonObject
from remit.domain.proportion import StatedScope, check_stated, owner_of, scope_of
from remit.domain.route import Route
from remit.domain.tool_spec import Reach
from remit.domain.wording import word
from tests.fakes.clock import NOON
from tests.fakes.gate import RUN, World

MAILBOX = load_charter(Path("charters/mailbox.yaml"))
TOOL = MAILBOX.tools["mailbox.ask_to_delete"]
BOX: JsonObject = {"owner": "olivia@example.com", "status": "active", "managed": True, "version": 1}
FACT = make_fact("mailbox", MAILBOX.facts["mailbox"], "olivia", BOX)
ASKED: JsonObject = {"mailbox_id": "olivia", "message_id": "M-1"}


def intent(user: str = "olivia", person: str | None = None) -> Intent:
    delegator = None
    if person is not None:
        delegator = Delegator(delegation="d", person="sub-1", name=person, expires_at=NOON)
    arn = f"arn:aws:iam::000000000000:user/{user}"
    return Intent(
        run="r", step="s", agent="secretary", tool="mailbox.ask_to_delete", payload=ASKED, requester=Requester(arn=arn), delegator=delegator
    )


@pytest.mark.parametrize(
    ("user", "person", "asks"),
    [("olivia", None, True), ("mallory", None, False), ("mallory", "olivia", True), ("olivia", "mallory", False)],
    ids=["the owner", "somebody else", "for the owner", "the owner's caller for somebody else"],
)
def test_the_owner_asks_by_themselves_or_by_who_acts_on_their_behalf(user: str, person: str | None, *, asks: bool) -> None:
    assert owner_of(TOOL, [FACT], intent(user, person), MAILBOX.approvers) == Owner(address="olivia@example.com", asks=asks)


def test_a_record_of_which_no_owner_is_known_is_nobodys_to_ask_for() -> None:
    assert owner_of(TOOL, [], intent(), MAILBOX.approvers) == Owner(address="", asks=False)


def opening(**given: str) -> JsonObject:
    return {"workflow": "mailbox", "input": {"message": "Please", **given}}


@pytest.mark.parametrize(
    ("started", "payload", "within"),
    [
        (opening(message_id="M-1"), ASKED, True),
        (opening(message_id="M-2"), ASKED, False),
        (opening(), ASKED, False),
        ({"workflow": "mailbox"}, ASKED, False),
        (opening(message_id="M-1"), {"mailbox_id": "olivia"}, True),
    ],
    ids=["the one named", "another one", "none named", "no input", "about no message at all"],
)
def test_a_payload_is_within_the_scope_if_it_is_about_the_record_that_the_request_named(
    started: JsonObject, payload: JsonObject, *, within: bool
) -> None:
    assert scope_of(MAILBOX, started, payload) == Scope(reach="record", within=within)


@pytest.mark.parametrize("workflow", ["mailbox-action", None])
def test_a_workflow_without_a_scope_has_none(workflow: str | None) -> None:
    assert scope_of(MAILBOX, {"workflow": workflow}, ASKED) is None


ONE = StatedScope(reach=Reach.RECORD, about={"message_id": "M-1"})


@pytest.mark.parametrize(
    ("stated", "tool", "payload"),
    [
        (ONE, "mailbox.ask_to_delete", ASKED),
        (ONE, "mailbox.read_message", {"mailbox_id": "olivia"}),
        (StatedScope(reach=Reach.ACCOUNT), "mailbox.disable_account", {"mailbox_id": "olivia"}),
    ],
    ids=["the one named", "about no message at all", "as far as was stated"],
)
def test_what_is_within_the_scope_that_was_stated_is_left_to_policies(stated: StatedScope, tool: str, payload: JsonObject) -> None:
    check_stated(stated.recorded, MAILBOX.tools[tool], payload)


@pytest.mark.parametrize(
    ("tool", "payload"),
    [
        ("mailbox.ask_to_delete", {**ASKED, "message_id": "M-2"}),
        ("mailbox.disable_account", {"mailbox_id": "olivia"}),
        ("mailbox.wipe_store", {"mailbox_id": "olivia"}),
    ],
)
def test_what_goes_beyond_the_scope_that_was_stated_is_denied(tool: str, payload: JsonObject) -> None:
    with pytest.raises(Denied) as caught:
        check_stated(ONE.recorded, MAILBOX.tools[tool], payload)
    assert [reason.policy for reason in caught.value.reasons] == ["request.scope"]


def test_where_no_scope_was_stated_nothing_is_beyond_it() -> None:
    check_stated({"workflow": "mailbox-action"}, MAILBOX.tools["mailbox.wipe_store"], ASKED)


def test_the_gate_goes_by_the_scope_that_the_api_recorded() -> None:
    world = World()
    caller = Caller(requester=Requester(arn="arn:aws:iam::000000000000:user/caller")).model_dump(mode="json")
    stated = StatedScope(reach=Reach.RECORD, about={"order_id": "O-2001"}).recorded
    world.records.open_run(RUN, Draft(kind=Kind.RUN_STARTED, body={"workflow": "refunds-action", "domain": "refunds", **caller, **stated}))
    world.propose()
    refused = world.entries()[-1]
    assert (refused.kind, refused.body["error"], world.till.times) == (Kind.INTENT_REFUSED, "Remit.Denied", 0)


def test_on_what_is_somebodys_own_nobody_else_on_the_route_has_a_say() -> None:
    route = Route(approvers=("olivia@example.com", "mallory@example.com"), expires_after_seconds=3600)
    charter = MAILBOX.model_copy(update={"routes": {"owner": route}})
    facts = (FactUsed(id=FACT.ref.id, version=1, name="mailbox", attributes=BOX),)
    decision = Decision(outcome=Outcome.ESCALATE, route="owner", facts=facts, policy_set="p")
    asked = intent()
    wording = word(TOOL, load_payloads("mailbox")[TOOL.payload], asked)
    approval = request_approval(charter, asked, decision, wording, NOON)
    assert approval.eligible == ("olivia@example.com",)
    voice = Voice(approver="mallory@example.com", by="mallory@example.com", known_as="link")
    said = Answer(voice=voice, verdict=Verdict.APPROVE, comment="", payload_digest=asked.payload_digest, at=NOON)
    assert not approval.admits(said)
