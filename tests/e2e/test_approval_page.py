"""From the inbox to the receipt in a real browser, on the deployed system."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
import requests
from playwright.sync_api import Page, expect

from remit.cli.demo.world import Question, World
from remit.cli.target import LOCAL_STAGE, local_session
from remit.local.cloud import CloudState
from remit.names import Names
from tests.browser.chromium import keep, violations

pytestmark = pytest.mark.vouched("ministack")

PAYLOAD = {"account_id": "A-100", "order_id": "O-1006", "currency": "USD", "reason": "arrived broken"}


def ask(world: World, amount: int) -> Question:
    asked = world.client.act("support", "refunds.issue_refund", {**PAYLOAD, "amount": amount})
    return world.question(asked.run)[1]


def open_from_inbox(tab: Page, question: Question) -> None:
    """As a person does: read the mail, follow its one link."""
    tab.set_content(question.mail.html)
    assert violations(tab) == []
    keep(tab, "approval-mail")
    tab.get_by_role("link").click()


def test_the_mails_link_leads_to_a_page_where_a_click_approves(world: World, tab: Page) -> None:
    question = ask(world, 1_110_00)
    open_from_inbox(tab, question)
    expect(tab.get_by_role("heading", level=1)).to_contain_text("wants to refund 1,110.00 USD for order O-1006")
    assert violations(tab) == []
    tab.get_by_label("Comment").fill("Checked with the customer.")
    tab.get_by_role("button", name="Approve").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("You approved it")
    ended = world.ended(question.run)
    assert (ended.outcome and ended.outcome.outcome) == "DONE"
    tab.goto(question.link)
    expect(tab.get_by_role("heading", level=1)).to_have_text("Already decided: approved")
    expect(tab.get_by_role("listitem").filter(has_text="Checked with the customer.")).to_contain_text("Approved by finance@example.com")


@contextmanager
def cut_off(state: CloudState) -> Iterator[None]:
    """The approvals function dies before it has woken a gate: here, because it may invoke none."""
    client: Any = local_session(state)
    functions, iam = (client.client(service, endpoint_url=state.endpoint) for service in ("lambda", "iam"))
    role = functions.get_function_configuration(FunctionName=Names(LOCAL_STAGE).function("approvals"))["Role"].rpartition("/")[2]
    no = {"Effect": "Deny", "Action": "lambda:InvokeFunction", "Resource": "*"}
    iam.put_role_policy(RoleName=role, PolicyName="cut-off", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [no]}))
    try:
        yield
    finally:
        iam.delete_role_policy(RoleName=role, PolicyName="cut-off")


def test_an_answer_is_kept_though_the_function_ended_before_it_woke_the_gate_and_sent_again_it_resumes_exactly_once(
    state: CloudState, world: World
) -> None:
    question, before = ask(world, 1_125_00), world.left(PAYLOAD["order_id"])
    with cut_off(state):
        assert world.answer(question, "approve", "Checked.").status_code == 503
    run = world.client.run(question.run)
    assert ([entry.kind for entry in run.entries][-2:], run.status) == (["approval.answered", "approval.decided"], "RUNNING")
    assert [world.answer(question, "approve", "Checked.").status_code for _ in range(2)] == [410, 410]
    ended = world.ended(question.run)
    kinds = [entry.kind for entry in ended.entries]
    assert [kinds.count(kind) for kind in ("approval.answered", "approval.decided", "warrant.minted", "action.executed")] == [1, 1, 1, 1]
    assert before - world.left(PAYLOAD["order_id"]) == 1_125_00


def test_scanners_that_open_every_link_a_hundred_times_decide_nothing(world: World) -> None:
    question = ask(world, 1_120_00)
    with ThreadPoolExecutor(8) as several:
        opened = list(several.map(lambda _: requests.get(question.link, timeout=60).status_code, range(100)))
        looked = list(several.map(lambda _: requests.head(question.link, timeout=60).status_code, range(100)))
    assert (opened, {status < 500 for status in looked}) == ([200] * 100, {True})
    run = world.client.run(question.run)
    assert [entry.kind for entry in run.entries if entry.kind.startswith("approval.")] == [
        *("approval.requested", "approval.mailed", "approval.opened"),
    ]
    assert world.answer(question, "reject", "It was only a test.").status_code == 200
    assert (world.ended(question.run).outcome or run.outcome).error == "Remit.ApprovalRejected"  # type: ignore[union-attr]
