"""Approvers who answer as who they are to AWS, on the deployed system, and questions that are passed on."""

import json

import pytest

from remit.answers import Run
from remit.approval_client import ApprovalClient
from remit.cli.demo.world import World
from remit.cli.target import local_session
from remit.client_errors import Forbidden
from remit.local.cloud import CloudState
from tests.e2e.test_approval_page import ask

pytestmark = pytest.mark.vouched("ministack")


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


def test_nobody_but_ses_can_say_that_a_mail_came_back(state: CloudState, world: World) -> None:
    question = ask(world, 1_140_00)
    mail = {"destination": ["finance@example.com"], "tags": {"approval": [question.approval], "domain": ["refunds"]}}
    told = json.dumps({"eventType": "Bounce", "mail": mail})
    entry = {"Source": "aws.ses", "DetailType": "Email Bounced", "Detail": told}
    refused = local_session(state).client("events", endpoint_url=state.endpoint).put_events(Entries=[entry])["Entries"]
    assert [each.get("ErrorCode") for each in refused] == ["NotAuthorizedForSourceException"]
    assert "approval.undeliverable" not in kinds(world.client.run(question.run))
    world.client.withdraw(question.run)
