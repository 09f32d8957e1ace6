"""The console in a real browser, beside the deployed system after all stories."""

import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from remit.answers import Run
from remit.cli.console.command import source_for
from remit.cli.console.server import make_server
from remit.cli.demo.story import Story
from remit.cli.demo.world import World
from remit.cli.target import LOCAL_STAGE, local_session
from remit.local.cloud import CloudState
from remit.names import Names
from tests.browser.chromium import keep, violations
from tests.e2e.test_stories import approved

__all__ = ["approved"]

pytestmark = pytest.mark.vouched("ministack")


@pytest.fixture
def console(state: CloudState, world: World, stories: dict[str, Story]) -> Iterator[str]:
    assert stories
    with make_server(source_for(Names(LOCAL_STAGE), world.client, local_session(state), state.endpoint), 0) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def test_it_shows_what_waits_runs_decisions_and_a_chart_with_values_for_each_row_of_the_dashboard(
    console: str, tab: Page, approved: Run
) -> None:
    tab.set_viewport_size({"width": 1200, "height": 1000})
    tab.goto(console)
    rows = ("What is waiting", "What was refused", "What it costs", "What failed")
    expect(tab.get_by_role("heading", level=3)).to_have_text(rows)
    expect(tab.get_by_role("img", name="Decisions: ALLOW")).to_be_visible()
    expect(tab.get_by_role("img", name="no values")).to_have_count(0)
    expect(tab.get_by_role("cell", name="DENY").first).to_be_visible()
    assert violations(tab) == []
    tab.screenshot(path=keep(tab, "console-deployed").with_name("console-readme.png"))


def test_a_run_that_it_lists_is_shown_with_its_trace(console: str, tab: Page, approved: Run) -> None:
    tab.goto(f"{console}runs/{approved.run}")
    expect(tab.get_by_role("heading", level=1)).to_have_text(approved.run)
    expect(tab.get_by_role("main")).to_contain_text("It was undone afterwards, by a governed action of another run.")
    assert violations(tab) == []
