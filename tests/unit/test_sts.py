"""The agent's two sessions, on STS as moto has it."""

import boto3
import pytest
from moto import mock_aws

from remit.adapters.sts import AssumedAgent
from remit.domain.warrant import mint
from tests.fakes.clock import NOON
from tests.fakes.gate import make_intent, refund

WARRANT = mint(make_intent(refund()), NOON)
ROLE = "arn:aws:iam::123456789012:role/remit-test-refunds-support"


@mock_aws
def test_acting_and_reading_are_sessions_of_two_roles_named_after_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    tables, senders = {"refunds": "remit-test-refunds-refunds"}, {"letters": "letters@example.com"}
    agent = AssumedAgent(boto3.client("sts"), f"{ROLE}-agent", f"{ROLE}-reader", tables, senders)
    acting, reading = agent.assume(WARRANT), agent.read_as(WARRANT)
    prefix = "arn:aws:sts::123456789012:assumed-role/remit-test-refunds-support"
    assert (acting.arn, reading.arn) == (f"{prefix}-agent/{WARRANT.run}", f"{prefix}-reader/{WARRANT.run}")
    assert acting.context.key == reading.context.key == WARRANT.id
    assert (acting.context.ses is not None, acting.context.senders, hasattr(reading.context, "ses")) == (True, senders, False)


@mock_aws
def test_an_agent_without_a_sender_gets_no_way_to_send_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    agent = AssumedAgent(boto3.client("sts"), f"{ROLE}-agent", f"{ROLE}-reader", {}, {})
    assert agent.assume(WARRANT).context.ses is None
