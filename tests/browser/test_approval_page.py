"""The approval page in a real browser, its handler behind a plain web server."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from playwright.sync_api import Browser, Page, expect

from lambdas.approvals import handler as approvals
from lambdas.approvals import pages
from remit.domain.ballot import Verdict
from remit.domain.situation import Stands
from tests.browser.chromium import keep, violations
from tests.browser.site import served
from tests.fakes.gate import World
from tests.fakes.pages import STATES, asked, the_question

TITLE = "wants to refund 1,200.00 USD"


@pytest.fixture
def world() -> World:
    return asked()


@pytest.fixture
def link(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(pages, "ports", lambda: world.approval_ports)
    with served(approvals.handler) as site:
        yield f"{site}/approvals/{the_question(world).id}?token=token-1"


@pytest.fixture
def bare(chromium: Browser) -> Iterator[Page]:
    """A tab that runs no scripts."""
    context = chromium.new_context(java_script_enabled=False)
    yield context.new_page()
    context.close()


def verdicts(world: World) -> list[tuple[Verdict, str]]:
    return [(said.verdict, said.comment) for ballot in world.records.ballots.values() for said in ballot.answers]


def heading(page: Page) -> str:
    return page.get_by_role("heading", level=1).inner_text()


def test_without_scripts_the_page_is_seen_and_a_click_approves(world: World, link: str, bare: Page) -> None:
    bare.goto(link)
    assert (TITLE in heading(bare), verdicts(world)) == (True, [])
    bare.get_by_label("Comment").fill("Checked with the customer.")
    bare.get_by_role("button", name="Approve").click()
    assert (heading(bare), verdicts(world)) == ("You approved it", [(Verdict.APPROVE, "Checked with the customer.")])


def test_the_keyboard_alone_rejects_with_a_reason_and_the_focus_is_seen(world: World, link: str, tab: Page) -> None:
    tab.goto(link)
    for _ in range(3):
        tab.keyboard.press("Tab")
    tab.keyboard.type("No such order.")
    tab.keyboard.press("Tab")
    focused = tab.locator(":focus")
    expect(focused).to_have_text("Reject")
    assert focused.evaluate("element => getComputedStyle(element).outlineStyle") == "solid"
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("heading", level=1)).to_have_text("You rejected it")
    assert verdicts(world) == [(Verdict.REJECT, "No such order.")]


def test_a_rejection_without_a_reason_does_not_leave_the_browser(world: World, link: str, tab: Page) -> None:
    tab.goto(link)
    tab.get_by_role("button", name="Reject").click()
    assert (TITLE in heading(tab), verdicts(world)) == (True, [])
    expect(tab.locator(":focus")).to_have_attribute("id", "reason")


@pytest.mark.parametrize("stands", Stands)
def test_every_state_of_the_page_breaks_no_rule_of_accessibility(world: World, link: str, tab: Page, stands: Stands) -> None:
    happens, said = STATES[stands]
    happens(world)
    tab.goto(link)
    keep(tab, f"approval-{stands.lower()}")
    assert [each for each in said if each not in tab.locator("main").inner_text()] == []
    assert violations(tab) == []


def test_it_asks_nobody_else_for_anything(link: str, tab: Page) -> None:
    asked_for: list[str] = []
    tab.on("request", lambda request: asked_for.append(request.url))
    tab.goto(link)
    assert {address.partition("?")[0] for address in asked_for} == {link.partition("?")[0]}


def test_a_form_on_another_site_decides_nothing_even_with_the_token(world: World, link: str, tab: Page) -> None:
    tab.goto(link)
    address = link.partition("?")[0].replace("127.0.0.1", "localhost")
    tab.goto("about:blank")
    tab.set_content(
        f'<form method="post" action="{address}"><input name="token" value="token-1"><button name="verdict" value="approve">Win</button>'
    )
    tab.get_by_role("button").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Not understood")
    assert verdicts(world) == []


def test_opening_every_link_a_hundred_times_decides_nothing(world: World, link: str) -> None:
    with requests.Session() as scanner, ThreadPoolExecutor(8) as several:
        shown = list(several.map(lambda number: scanner.request(("GET", "HEAD")[number % 2], link, timeout=30).status_code, range(200)))
    assert (shown.count(200), verdicts(world), world.woken.woken) == (100, [], [])
    assert (the_question(world).open, len(world.records.opened)) == (True, 1)


def test_two_clicks_in_the_same_second_are_one_decision(world: World, link: str, chromium: Browser) -> None:
    contexts = [chromium.new_context() for _ in range(2)]
    pages = [context.new_page() for context in contexts]
    for page in pages:
        page.goto(link)
    for page in pages:
        page.get_by_role("button", name="Approve").click(no_wait_after=True)
    for page in pages:
        expect(page.get_by_role("button")).to_have_count(0)
    headings = sorted(heading(page) for page in pages)
    for context in contexts:
        context.close()
    assert (headings, len(verdicts(world))) == (["Nothing to decide here", "You approved it"], 1)
