"""Approvers who answer as who they are to AWS, on the deployed system, and questions that are passed on."""

import json

import pytest

from remit.answers import Run
from remit.approval_client import ApprovalClient
from remit.cli.demo.world import World
from remit.cli.target import LOCAL_STAGE, local_session
from remit.client import Forbidden
from remit.local.cloud import CloudState
from remit.names import Names
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


def came_back(approval: str) -> dict[str, object]:
    """What SES puts on the event bus."""
    mail = {"destination": ["finance@example.com"], "tags": {"approval": [approval], "domain": ["refunds"]}}
    return {"source": "aws.ses", "detail-type": "Email Bounced", "detail": {"eventType": "Bounce", "mail": mail}}


def test_a_mail_that_comes_back_is_recorded_and_the_question_stays_open_and_nobody_but_ses_can_say_so(
    state: CloudState, world: World
) -> None:
    question = ask(world, 1_140_00)
    told = came_back((world.client.run(question.run).question or {})["approval"])
    session = local_session(state)
    entry = {"Source": "aws.ses", "DetailType": "Email Bounced", "Detail": json.dumps(told["detail"])}
    refused = session.client("events", endpoint_url=state.endpoint).put_events(Entries=[entry])["Entries"]
    assert [each.get("ErrorCode") for each in refused] == ["NotAuthorizedForSourceException"]
    gate = Names(LOCAL_STAGE).gate("refunds")
    session.client("lambda", endpoint_url=state.endpoint).invoke(FunctionName=gate, Payload=json.dumps(told))
    run = world.client.run(question.run)
    assert ("approval.undeliverable" in kinds(run), run.status) == (True, "RUNNING")
    assert world.answer(question, "reject", "It was only a test.").status_code == 200
