"""What time makes of a question, on the deployed system, while its functions are started anew in between.

Not the clock is moved but the question: it is made to have been asked so much earlier.
"""

from datetime import timedelta
from typing import Any

import pytest

from remit.adapters.dynamodb_approvals import DynamoApprovals
from remit.adapters.dynamodb_items import encode
from remit.cli.demo.world import Question, World
from remit.cli.target import LOCAL_STAGE, local_session
from remit.local.cloud import CloudState
from remit.local.processes import wait_until
from remit.names import Names
from tests.e2e.test_approval_page import ask

pytestmark = pytest.mark.vouched("ministack")

NAMES = Names(LOCAL_STAGE)
# The schedule's minute, and the time that all takes.
PATIENCE = 100


class Time:
    def __init__(self, state: CloudState, question: Question) -> None:
        session = local_session(state)
        self._dynamodb: Any = session.client("dynamodb", endpoint_url=state.endpoint)
        self._functions: Any = session.client("lambda", endpoint_url=state.endpoint)
        self._approval, self._starts = question.approval, 0

    def passes(self, seconds: int) -> None:
        found = DynamoApprovals(self._dynamodb, NAMES).approval(self._approval)
        assert found is not None
        moments = ("requested_at", "since", "noticed_at", "expires_at")
        earlier = found.model_copy(update={name: getattr(found, name) - timedelta(seconds=seconds) for name in moments})
        self._dynamodb.update_item(
            TableName=NAMES.table("approvals"),
            Key=encode({"pk": found.id, "sk": "approval"}),
            UpdateExpression="SET body = :body, due_at = :due",
            ConditionExpression="version = :version",
            ExpressionAttributeValues=encode(
                {":body": earlier.model_dump_json(), ":due": earlier.due_at.isoformat(), ":version": found.version}
            ),
        )

    def ticks(self) -> None:
        """As the schedule has it every minute."""
        self._functions.invoke(FunctionName=NAMES.function("timekeeper"), Payload=b"{}")

    def starts_anew(self) -> None:
        """A function that is changed keeps nothing of what it had in memory."""
        self._starts += 1
        for name in (NAMES.function("timekeeper"), NAMES.gate("refunds")):
            self._functions.update_function_configuration(FunctionName=name, Description=f"started anew: {self._starts}")


@pytest.fixture(scope="module")
def question(world: World) -> Question:
    return ask(world, 1_150_00)


@pytest.fixture(scope="module")
def time(state: CloudState, question: Question) -> Time:
    return Time(state, question)


def times(world: World, question: Question, kind: str) -> int:
    return sum(entry.kind == kind for entry in world.client.run(question.run).entries)


def mailed(world: World, question: Question) -> list[tuple[str, ...]]:
    return [mail.to for mail in world.mails() if question.approval in mail.text]


def test_those_who_were_silent_are_reminded_once(world: World, question: Question, time: Time) -> None:
    time.passes(3601)
    for _ in range(2):
        time.ticks()
    assert wait_until(lambda: len(mailed(world, question)) == 2, PATIENCE)
    assert (times(world, question, "approval.reminded"), times(world, question, "approval.escalated")) == (1, 0)
    assert mailed(world, question) == [("finance@example.com",)] * 2


def test_the_next_level_is_asked_as_well_though_the_functions_were_started_anew(world: World, question: Question, time: Time) -> None:
    time.starts_anew()
    time.passes(3600)
    time.ticks()
    assert wait_until(lambda: ("treasurer@example.com",) in mailed(world, question), PATIENCE)
    assert times(world, question, "approval.escalated") == 1


def test_the_question_expires_by_the_schedule_alone_and_the_run_ends_so(world: World, question: Question, time: Time) -> None:
    time.starts_anew()
    time.passes(7200)
    assert wait_until(lambda: world.client.run(question.run).ended, PATIENCE)
    outcome = world.client.run(question.run).outcome
    assert (outcome and outcome.error) == "Remit.ApprovalExpired"
    assert world.answer(question, "approve", "Too late.").status_code in {400, 410}
    assert times(world, question, "warrant.minted") == 0
