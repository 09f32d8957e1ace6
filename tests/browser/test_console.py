"""The console in a real browser: by keyboard, without JavaScript, and with every rule of accessibility kept."""

import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from remit.cli.console.server import make_server
from tests.browser.chromium import keep, violations
from tests.fakes.console import RUN, OneRun, deployed
from tests.unit.test_trace import approved


@pytest.fixture
def site() -> Iterator[str]:
    with deployed(OneRun(approved())) as source, make_server(source, 0) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def test_it_shows_runs_decisions_and_a_chart_for_each_widget(site: str, tab: Page) -> None:
    tab.goto(site)
    expect(tab.get_by_role("heading", level=1)).to_have_text("Remit, stage local")
    expect(tab.get_by_role("img", name="Decisions: ALLOW 3")).to_be_visible()
    expect(tab.get_by_role("img", name="Conflicts: no values")).to_be_visible()
    expect(tab.get_by_role("cell", name="ESCALATE")).to_be_visible()
    assert violations(tab) == []
    keep(tab, "console")


def test_a_runs_trace_is_a_key_away_and_leads_back(site: str, tab: Page) -> None:
    tab.goto(site)
    tab.get_by_role("link", name=RUN).first.focus()
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("heading", level=1)).to_have_text(RUN)
    assert violations(tab) == []
    keep(tab, "trace")
    tab.get_by_role("link", name="All runs").click()
    expect(tab).to_have_url(site)


def test_it_works_without_javascript(site: str, chromium: Browser) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(site)
    page.get_by_role("link", name=RUN).first.click()
    page.get_by_text("run.started", exact=False).first.click()
    expect(page.locator("#entry-0 pre")).to_contain_text("arn:aws:iam::000000000000:user/caller")
    expect(page.locator("#entry-0 pre")).to_be_visible()
    context.close()
