"""The approval page in a real browser, its handler behind a plain web server."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from lambdas.approvals import handler as approvals
from remit.domain.ballot import Verdict
from tests.browser.chromium import keep, violations
from tests.browser.site import served
from tests.fakes.gate import World, refund


@pytest.fixture
def world() -> World:
    world = World()
    world.propose(refund(1200_00))
    return world


@pytest.fixture
def link(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(approvals, "ports", lambda: world.approval_ports)
    (approval,) = world.records.approvals.values()
    with served(approvals.handler) as site:
        yield f"{site}/approvals/{approval.id}?token=token-1"


def verdicts(world: World) -> list[Verdict]:
    return [said.verdict for ballot in world.records.ballots.values() for said in ballot.answers]


def test_a_click_approves(world: World, link: str, tab: Page) -> None:
    tab.goto(link)
    expect(tab.get_by_role("heading", level=1)).to_contain_text("wants to refund 1,200.00 USD")
    keep(tab, "approval-pending")
    assert verdicts(world) == []
    tab.get_by_role("button", name="Approve").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("You approved it")
    assert verdicts(world) == [Verdict.APPROVE]


def test_it_breaks_no_rule_of_accessibility(link: str, tab: Page) -> None:
    tab.goto(link)
    assert violations(tab) == []
