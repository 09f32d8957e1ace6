"""A route that asks for more than a link: the approver signs in at the user pool's own page, in a real browser."""

from collections.abc import Iterator

import pytest
import requests
from playwright.sync_api import Browser, Page, expect

from remit.cli.demo.world import Question, World
from remit.domain.visit import proof
from tests.browser.chromium import keep, violations

pytestmark = pytest.mark.vouched("ministack")

FLAGGED = {"account_id": "A-200", "order_id": "O-2001", "amount": 20_00, "currency": "USD", "reason": "never arrived"}
TITLE = "wants to refund 20.00 USD for order O-2001"
VISIT = "v" * 43


@pytest.fixture
def question(world: World) -> Iterator[Question]:
    """What only risk may answer, and only signed in."""
    run = world.client.act("support", "refunds.issue_refund", FLAGGED).run
    asked = world.question(run)[1]
    yield asked
    if world.client.run(run).status == "RUNNING":
        world.client.withdraw(run)


def sign_in(tab: Page, world: World, name: str) -> None:
    """At the page that the user pool serves, as any person does."""
    world.people.add(name)
    tab.get_by_role("link", name="Sign in").click()
    tab.get_by_role("link", name="Sign in with your account").click()
    assert "/oauth2/authorize" in tab.url
    tab.get_by_label("Username").fill(name)
    tab.get_by_label("Password").fill(world.people.password(name))
    tab.get_by_role("button", name="Sign in").click()


def answers(world: World, question: Question) -> list[tuple[str, str, str]]:
    """By whom, how they were known, and what they said."""
    said = [entry.body for entry in world.client.run(question.run).entries if entry.kind == "approval.answered"]
    return [(each["by"], each["known_as"], each["verdict"]) for each in said]


def test_a_sign_in_at_the_user_pool_answers_and_the_ledger_has_the_tokens_name(world: World, question: Question, tab: Page) -> None:
    tab.goto(question.link)
    expect(tab.get_by_role("heading", level=1)).to_have_text("Answer this as who you are")
    expect(tab.get_by_role("button")).to_have_count(0)
    sign_in(tab, world, "risk")
    expect(tab.get_by_role("heading", level=1)).to_contain_text(TITLE)
    assert (violations(tab), answers(world, question)) == ([], [])
    keep(tab, "approval-signed-in")
    tab.get_by_label("Comment").fill("Spoke to them.")
    tab.get_by_role("button", name="Approve").click()
    expect(tab.get_by_role("main")).to_contain_text("approved; the gate checks once more")
    ended = world.ended(question.run)
    assert (ended.outcome and ended.outcome.outcome) == "DONE"
    assert answers(world, question) == [("risk@example.com", "user-pool/risk", "approve")]


def test_without_scripts_too(world: World, question: Question, chromium: Browser) -> None:
    context = chromium.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto(question.link)
    sign_in(tab, world, "risk")
    tab.get_by_label("Reason to reject").fill("Three claims in one week.")
    tab.get_by_role("button", name="Reject").click()
    expect(tab.get_by_role("main")).to_contain_text("rejected")
    context.close()
    assert answers(world, question) == [("risk@example.com", "user-pool/risk", "reject")]


def test_whoever_signs_in_as_another_than_the_links_approver_is_refused(world: World, question: Question, tab: Page) -> None:
    """Neither shown the question nor heard, though the browser came by risk's own link and has a form of finance's inbox."""
    tab.goto(question.link)
    sign_in(tab, world, "finance")
    expect(tab.get_by_role("heading", level=1)).to_have_text("Nothing to decide here")
    assert "O-2001" not in tab.locator("main").inner_text()
    (visit,) = [kept["value"] for kept in tab.context.cookies() if kept["name"] == "__Host-remit-visit"]
    digest = str(world.client.run(question.run).question["payload_digest"])  # type: ignore[index]
    said = {"form": proof(visit, "inbox"), "chosen": f"{question.approval}:{digest}", "verdict": "approve"}
    heard = requests.post(f"{world.url}/inbox", data=said, headers={"Cookie": f"__Host-remit-visit={visit}"}, timeout=60)
    assert (heard.status_code, "not taken: user-pool/finance is not asked this now" in heard.text) == (200, True)
    assert answers(world, question) == []


def test_the_mails_link_alone_is_refused_even_with_a_form_that_was_made_up(world: World, question: Question) -> None:
    said = {"token": question.token, "verdict": "approve", "form": proof(VISIT, question.approval)}
    heard = requests.post(question.address, data=said, headers={"Cookie": f"__Host-remit-visit={VISIT}"}, timeout=60)
    assert (heard.status_code, answers(world, question)) == (410, [])
