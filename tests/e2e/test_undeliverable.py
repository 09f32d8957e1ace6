"""A mail that SES cannot deliver, on the deployed system: the event that comes back asks the next in the route and sets off an alarm."""

import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from remit.cli.demo.world import World
from remit.cli.target import local_session
from remit.local.cloud import CloudState
from remit.local.processes import wait_until
from tests.e2e.test_approval_page import PAYLOAD

pytestmark = pytest.mark.vouched("ministack")

ALARM = "remit-local-undeliverable-finance"
PATIENCE = 60


def clients(state: CloudState) -> Callable[[str], Any]:
    session: Any = local_session(state)
    return lambda service: session.client(service, endpoint_url=state.endpoint)


@contextmanager
def unreachable(ses: Any, address: str) -> Iterator[None]:  # noqa: ANN401 (a boto3 client)
    """As an address is whose last mails came back."""
    ses.put_suppressed_destination(EmailAddress=address, Reason="BOUNCE")
    try:
        yield
    finally:
        ses.delete_suppressed_destination(EmailAddress=address)


def listening(client: Callable[[str], Any]) -> str:
    """A queue that is told what people on the alarms' topic are told."""
    (topic,) = (each["TopicArn"] for each in client("sns").list_topics()["Topics"] if each["TopicArn"].endswith(":remit-local-alarms"))
    name = f"alarms-{uuid.uuid4()}"
    arn = topic.rpartition(":")[0].replace(":sns:", ":sqs:") + f":{name}"
    let = {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": arn}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [{**let, "Condition": {"ArnEquals": {"aws:SourceArn": topic}}}]})
    queue = client("sqs").create_queue(QueueName=name, Attributes={"Policy": policy})["QueueUrl"]
    client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    return str(queue)


def told(sqs: Any, queue: str) -> list[tuple[str, str]]:  # noqa: ANN401 (a boto3 client)
    """The alarms that the topic told of, and what they had become."""
    got = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=1, MaxNumberOfMessages=10).get("Messages", [])
    said = [json.loads(json.loads(message["Body"])["Message"]) for message in got]
    return [(each["AlarmName"], each["NewStateValue"]) for each in said]


def test_a_mail_that_bounces_asks_the_next_in_the_route_is_counted_and_sets_off_the_alarm(state: CloudState, world: World) -> None:
    client = clients(state)
    heard, queue = list[tuple[str, str]](), listening(client)
    client("cloudwatch").set_alarm_state(AlarmName=ALARM, StateValue="OK", StateReason="Nothing has come back yet.")
    with unreachable(client("sesv2"), "finance@example.com"):
        run = world.client.act("support", "refunds.issue_refund", {**PAYLOAD, "amount": 1_145_00}).run
        assert wait_until(lambda: any(entry.kind == "approval.escalated" for entry in world.client.run(run).entries), PATIENCE)
    question = world.question(run)[1]
    assert question.mail.to == ("treasurer@example.com",)
    came_back = [entry.body for entry in world.client.run(run).entries if entry.kind == "approval.undeliverable"]
    assert [(body["to"], body["why"]) for body in came_back] == [("finance@example.com", "SES: Email Bounced")]

    def went_off() -> bool:
        heard.extend(told(client("sqs"), queue))
        return (ALARM, "ALARM") in heard

    assert wait_until(went_off, PATIENCE)
    (alarm,) = client("cloudwatch").describe_alarms(AlarmNames=[ALARM])["MetricAlarms"]
    assert alarm["StateValue"] == "ALARM"
    assert world.answer(question, "approve", "In finance's place.").status_code == 200
    ended = world.ended(run)
    assert (ended.outcome and ended.outcome.outcome) == "DONE"
