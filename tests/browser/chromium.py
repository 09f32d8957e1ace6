"""A real browser for tests: Chromium without a screen, driven by Playwright, with an empty profile and nothing to say to any service.

Import the fixtures in a conftest. A test that changes what a browser can do (scripts, size) makes a context of its own.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from remit.cli.browser import FLAGS, find
from scripts import browser

_ROOT = Path(__file__).parents[2]
_AXE = _ROOT / "node_modules" / "axe-core" / "axe.min.js"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """For one module's tests: while it runs, its thread cannot run an event loop of another's."""
    program = find()
    if program is None:
        pytest.fail(browser.MISSING)
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=program, args=FLAGS)


@pytest.fixture
def tab(chromium: Browser) -> Iterator[Page]:
    """One tab of a person who was never here before."""
    context = chromium.new_context()
    yield context.new_page()
    context.close()


def violations(page: Page) -> list[str]:
    """What axe-core finds wrong with the page as it is shown now: the rule, and where it is broken."""
    page.evaluate(_AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run()")
    return [f"{rule['id']}: {node['html']}" for rule in found["violations"] for node in rule["nodes"]]


def keep(page: Page, name: str) -> Path:
    """A picture of the whole page, kept for people to look at."""
    path = _ROOT / "artefacts" / "screenshots" / f"{name}.png"
    page.screenshot(path=path, full_page=True)
    return path
