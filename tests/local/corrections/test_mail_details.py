import json
import uuid
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import Message
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from remit.local.inbox import messages
from remit.local.processes import wait_until
from tests.local.aws import Aws

pytestmark = [pytest.mark.enable_socket, pytest.mark.xdist_group("local-cloud")]
SENDER = "details@example.com"


def send(aws: Aws, to: str, subject: str, settings: str | None = None) -> None:
    aws.client("sesv2").create_email_identity(EmailIdentity=SENDER)
    content = {"Subject": {"Data": subject}, "Body": {"Text": {"Data": "text"}, "Html": {"Data": "<p>html</p>"}}}
    headers = [{"Name": "References", "Value": "<ap-1@example.com>"}]
    more: dict[str, Any] = {} if settings is None else {"ConfigurationSetName": settings}
    aws.client("sesv2").send_email(
        FromEmailAddress=SENDER,
        Destination={"ToAddresses": [to]},
        Content={"Simple": {**content, "Headers": headers}},
        EmailTags=[{"Name": "approval", "Value": "ap-1"}],
        **more,
    )


def delivered(aws: Aws, subject: str) -> Message:
    assert wait_until(lambda: any(mail.subject == subject for mail in messages(aws.state.inbox_dir)), 10)
    (path,) = (mail.path for mail in messages(aws.state.inbox_dir) if mail.subject == subject)
    return message_from_bytes(path.read_bytes())


def test_a_mail_keeps_its_headers_and_has_a_date(aws: Aws) -> None:
    send(aws, "a@example.com", "kept")
    mail = delivered(aws, "kept")
    assert mail["References"] == "<ap-1@example.com>"
    assert abs(parsedate_to_datetime(mail["Date"]) - datetime.now(UTC)) < timedelta(minutes=1)
    assert [part.get_content_type() for part in mail.walk()] == ["multipart/alternative", "text/plain", "text/html"]


def test_settings_that_do_not_exist_are_refused(aws: Aws) -> None:
    with pytest.raises(ClientError, match="does not exist"):
        send(aws, "a@example.com", "unknown settings", settings="nowhere")


def bounces(aws: Aws, settings: str) -> str:
    """The address of a queue that gets what bounces of mails sent with these settings, which are made."""
    queue = str(aws.client("sqs").create_queue(QueueName=f"queue-{uuid.uuid4()}")["QueueUrl"])
    ses, events = aws.client("sesv2"), aws.client("events")
    ses.create_configuration_set(ConfigurationSetName=settings)
    bus = {"EventBusArn": "arn:aws:events:us-east-1:000000000000:event-bus/default"}
    destination = {"Enabled": True, "MatchingEventTypes": ["BOUNCE"], "EventBridgeDestination": bus}
    ses.create_configuration_set_event_destination(ConfigurationSetName=settings, EventDestinationName="bus", EventDestination=destination)
    arn = aws.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    events.put_rule(Name=settings, EventPattern=json.dumps({"source": ["aws.ses"], "detail-type": ["Email Bounced"]}))
    events.put_targets(Rule=settings, Targets=[{"Id": "queue", "Arn": arn}])
    return queue


def bounced(aws: Aws, queue: str) -> list[dict[str, Any]]:
    got = aws.client("sqs").receive_message(QueueUrl=queue, WaitTimeSeconds=10, MaxNumberOfMessages=10)["Messages"]
    return [json.loads(message["Body"])["detail"] for message in got]


def test_what_bounces_comes_back_on_the_event_bus_with_its_labels(aws: Aws) -> None:
    settings = f"settings-{uuid.uuid4()}"
    queue = bounces(aws, settings)
    for to in ("a@example.com", "bounce@simulator.amazonses.com"):
        send(aws, to, "may bounce", settings)
    (detail,) = bounced(aws, queue)
    assert detail["bounce"]["bouncedRecipients"] == [{"emailAddress": "bounce@simulator.amazonses.com"}]
    assert detail["mail"]["tags"]["approval"] == ["ap-1"]


def test_a_mail_to_a_suppressed_address_is_taken_goes_nowhere_and_comes_back_until_the_address_is_off_the_list(aws: Aws) -> None:
    settings, ses = f"settings-{uuid.uuid4()}", aws.client("sesv2")
    queue = bounces(aws, settings)
    ses.put_suppressed_destination(EmailAddress="gone+1@example.com", Reason="BOUNCE")
    send(aws, "gone+1@example.com", "suppressed", settings)
    (detail,) = bounced(aws, queue)
    assert detail["bounce"]["bouncedRecipients"] == [{"emailAddress": "gone+1@example.com"}]
    ses.delete_suppressed_destination(EmailAddress="gone+1@example.com")
    send(aws, "gone+1@example.com", "not suppressed", settings)
    assert delivered(aws, "not suppressed")["To"] == "gone+1@example.com"
    assert "suppressed" not in [mail.subject for mail in messages(aws.state.inbox_dir)]
