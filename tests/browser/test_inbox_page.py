"""The inbox page in a real browser, its handler behind a plain web server, for a person who has signed in."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from lambdas.approvals import handler as approvals
from lambdas.approvals import inbox, pages
from remit.domain.ballot import Verdict
from remit.domain.errors import Reason
from remit.domain.ledger import Kind
from remit.domain.session import Session, hash_visit
from remit.usecases.sign_in import SigningIn
from tests.browser.chromium import keep, violations
from tests.browser.site import served
from tests.fakes.clock import NOON
from tests.fakes.gate import World, refund
from tests.fakes.sign_ins import KnownSignIns

VISIT = "v" * 43
FLAGGED = refund(80_00, account_id="A-200", order_id="O-2001")
OVER, OUTSIDE = "refunds.issue_refund: refunds.over-autonomy", "refunds.issue_refund: refunds.paid-on-outside-word"
KNOWN_AS = "user-pool/finance"


@pytest.fixture
def world() -> World:
    """Three questions to finance, two of them alike, and one to risk."""
    world = World()
    for number, payload in enumerate((refund(1200_00), refund(1300_00), refund(1400_00), FLAGGED)):
        world.propose(payload, step=f"govern-{number}")
    another = next(each for each in world.records.approvals.values() if each.intent.payload["amount"] == 1400_00)
    outside = (Reason(policy="refunds.paid-on-outside-word", reason="It was written outside."),)
    world.records.approvals[another.id] = another.moved(reasons=outside)
    session = Session(visit_hash=hash_visit(VISIT), name="finance", until=NOON + timedelta(minutes=15))
    world.records.sessions[session.visit_hash] = session
    return world


@pytest.fixture
def site(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    for module in (inbox, pages):
        monkeypatch.setattr(module, "ports", lambda: world.approval_ports)
    pool = SigningIn(
        sign_ins=KnownSignIns(world.clock), address="https://pool.example", client="client-1", public_url="https://remit.example"
    )
    monkeypatch.setattr(inbox, "signing_in", lambda: pool)
    with served(approvals.handler) as site:
        yield site


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def desk(request: pytest.FixtureRequest, chromium: Browser, site: str) -> Iterator[Page]:
    """The tab of a person who has signed in as finance."""
    context = chromium.new_context(java_script_enabled=request.param)
    yield signed_in(context, site)
    context.close()


def signed_in(context: BrowserContext, site: str) -> Page:
    kept = {"name": "__Host-remit-visit", "value": VISIT, "url": site.replace("http:", "https:"), "secure": True, "httpOnly": True}
    context.add_cookies([kept])  # type: ignore[list-item] # a TypedDict to Playwright
    page = context.new_page()
    page.goto(f"{site}/inbox")
    return page


def answers(world: World) -> list[tuple[object, Verdict, str, str]]:
    """Each answer: to which amount, the verdict, who gave it, and what they said."""
    asked = {place: str(approval.intent.payload["amount"]) for place, approval in world.records.approvals.items()}
    given = [(int(asked[place]), said) for (place, _), ballot in world.records.ballots.items() for said in ballot.answers]
    return sorted((amount, said.verdict, said.voice.known_as, said.comment) for amount, said in given)


def test_what_waits_is_grouped_by_tool_and_policy_and_nothing_else_is_there(desk: Page) -> None:
    groups = desk.get_by_role("region")
    expect(groups).to_have_count(2)
    expect(desk.get_by_role("region", name=OVER).get_by_role("checkbox")).to_have_count(2)
    expect(desk.get_by_role("region", name=OUTSIDE).get_by_role("checkbox")).to_have_count(1)
    assert "80.00 USD" not in desk.get_by_role("main").inner_text()
    keep(desk, "inbox")


def test_several_are_chosen_and_each_is_decided_and_recorded_by_itself(world: World, desk: Page) -> None:
    group = desk.get_by_role("region", name=OVER)
    for box in group.get_by_role("checkbox").all():
        box.check()
    group.get_by_label("Comment").fill("Checked both.")
    group.get_by_role("button", name="Approve those chosen").click()
    expect(desk.get_by_role("listitem").filter(has_text="approved; the gate checks once more")).to_have_count(2)
    assert answers(world) == [(amount, Verdict.APPROVE, KNOWN_AS, "Checked both.") for amount in (1200_00, 1300_00)]
    told = {Kind.APPROVAL_ANSWERED, Kind.APPROVAL_DECIDED}
    recorded = [(entry.kind, entry.body["approval"]) for entry in world.entries() if entry.kind in told]
    assert (len(recorded), len(set(recorded)), len(world.woken.woken)) == (4, 4, 2)
    desk.get_by_role("link", name="Back to what waits for you").click()
    expect(desk.get_by_role("region")).to_have_count(1)


def test_what_is_not_chosen_stays_as_it_is_and_a_rejection_of_several_needs_its_reason(world: World, desk: Page) -> None:
    group = desk.get_by_role("region", name=OVER)
    group.get_by_role("checkbox").first.check()
    group.get_by_role("button", name="Reject those chosen").click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("Not understood")
    desk.go_back()
    group.get_by_role("checkbox").first.check()
    group.get_by_label("Comment").fill("No such order.")
    group.get_by_role("button", name="Reject those chosen").click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("Your answers")
    assert answers(world) == [(1200_00, Verdict.REJECT, KNOWN_AS, "No such order.")]


def test_the_keyboard_alone_does_it_and_the_focus_is_seen(world: World, site: str, chromium: Browser) -> None:
    context = chromium.new_context()
    desk = signed_in(context, site)
    for key in ("Tab", "Space", "Tab", "Tab", "Space", "Tab", "Tab"):
        desk.keyboard.press(key)
    desk.keyboard.type("Checked both.")
    desk.keyboard.press("Tab")
    focused = desk.locator(":focus")
    expect(focused).to_have_text("Approve those chosen")
    assert focused.evaluate("element => getComputedStyle(element).outlineStyle") == "solid"
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("heading", level=1)).to_have_text("Your answers")
    context.close()
    assert [said[:2] for said in answers(world)] == [(1200_00, Verdict.APPROVE), (1300_00, Verdict.APPROVE)]


def test_it_breaks_no_rule_of_accessibility_full_answered_or_empty(world: World, site: str, chromium: Browser) -> None:
    context = chromium.new_context()
    desk = signed_in(context, site)
    found = violations(desk)
    desk.get_by_role("checkbox").first.check()
    desk.get_by_role("button", name="Approve those chosen").first.click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("Your answers")
    found += violations(desk)
    world.records.approvals.clear()
    desk.goto(f"{site}/inbox")
    expect(desk.get_by_role("main")).to_contain_text("Nothing waits for you.")
    found += violations(desk)
    context.clear_cookies()
    desk.goto(f"{site}/inbox")
    expect(desk.get_by_role("heading", level=1)).to_have_text("Sign in")
    found += violations(desk)
    context.close()
    assert found == []
