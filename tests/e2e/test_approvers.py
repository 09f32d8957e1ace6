"""Approvers who answer as who they are to AWS, on the deployed system, and questions that are passed on."""

import json
import time

import pytest

from remit.answers import Run
from remit.approval_client import ApprovalClient
from remit.cli.demo.world import PATIENCE_SECONDS, World
from remit.cli.target import local_session
from remit.client import Forbidden
from remit.local.cloud import CloudState
from tests.e2e.test_approval_page import ask


@pytest.fixture(scope="module")
def finance(world: World) -> ApprovalClient:
    """The user whom the charter knows as finance@example.com."""
    return ApprovalClient(world.as_user("finance", "approver"))


def kinds(run: Run) -> list[str]:
    return [entry.kind for entry in run.entries]


def test_an_approver_answers_with_a_signature_of_their_own_and_nobody_else_does(world: World, finance: ApprovalClient) -> None:
    question = ask(world, 1_130_00)
    asked = finance.show((world.client.run(question.run).question or {})["approval"])
    with pytest.raises(Forbidden):
        ApprovalClient(world.client).answer(asked, "approve", "I am the requester.")
    assert (asked.stands, finance.answer(asked, "approve", "Checked.").stands) == ("OPEN", "DECIDED")
    ended = world.ended(question.run)
    (said,) = (entry.body for entry in ended.entries if entry.kind == "approval.answered")
    assert (ended.outcome and ended.outcome.outcome, said["known_as"].rpartition(":")[2]) == ("DONE", "user/finance")


def test_a_mail_that_comes_back_is_counted_and_recorded_and_the_question_stays_open(state: CloudState, world: World) -> None:
    question = ask(world, 1_140_00)
    approval = (world.client.run(question.run).question or {})["approval"]
    mail = {"destination": ["finance@example.com"], "tags": {"approval": [approval], "domain": ["refunds"]}}
    detail = json.dumps({"eventType": "Bounce", "mail": mail})
    events = local_session(state).client("events", endpoint_url=state.endpoint)
    events.put_events(Entries=[{"Source": "aws.ses", "DetailType": "Email Bounced", "Detail": detail}])
    deadline = time.monotonic() + PATIENCE_SECONDS
    while "approval.undeliverable" not in kinds(run := world.client.run(question.run)) and time.monotonic() < deadline:
        time.sleep(0.5)
    assert ("approval.undeliverable" in kinds(run), run.status) == (True, "RUNNING")
    assert world.answer(question, "reject", "It was only a test.").status_code == 200
