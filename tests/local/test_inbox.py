import smtplib
from email.message import EmailMessage
from pathlib import Path

import pytest

from remit.local.cloud import CloudState
from remit.local.inbox import Mail, messages
from remit.local.processes import wait_until
from tests.local.aws import Aws

pytestmark = [pytest.mark.enable_socket, pytest.mark.xdist_group("local-cloud")]


def titled(folder: Path, subject: str) -> list[Mail]:
    return [mail for mail in messages(folder) if mail.subject == subject]


def test_a_mail_sent_through_ses_arrives_with_its_text_and_its_page(aws: Aws) -> None:
    ses = aws.client("sesv2")
    ses.create_email_identity(EmailIdentity="remit@example.com")
    ses.send_email(
        FromEmailAddress="remit@example.com",
        Destination={"ToAddresses": ["finance@example.com", "cfo@example.com"]},
        Content={
            "Simple": {
                "Subject": {"Data": "Approve a refund – $1,200"},
                "Body": {"Text": {"Data": "Read: http://127.0.0.1/approvals/1"}, "Html": {"Data": "<p>Größe</p>"}},
            }
        },
    )
    assert wait_until(lambda: bool(titled(aws.state.inbox_dir, "Approve a refund – $1,200")), 10)
    [mail] = titled(aws.state.inbox_dir, "Approve a refund – $1,200")
    assert (mail.sender, mail.to) == ("remit@example.com", ("finance@example.com", "cfo@example.com"))
    assert (mail.text, mail.html) == ("Read: http://127.0.0.1/approvals/1", "<p>Größe</p>")
    assert mail.date.tzinfo


def test_an_unverified_sender_is_refused_and_nothing_arrives(aws: Aws) -> None:
    ses = aws.client("sesv2")
    content = {"Simple": {"Subject": {"Data": "From a stranger"}, "Body": {"Text": {"Data": "…"}}}}
    with pytest.raises(ses.exceptions.MessageRejected):
        ses.send_email(FromEmailAddress="stranger@example.org", Destination={"ToAddresses": ["a@example.com"]}, Content=content)
    assert titled(aws.state.inbox_dir, "From a stranger") == []


def test_messages_are_read_in_the_order_in_which_they_came(cloud: CloudState) -> None:
    with smtplib.SMTP("127.0.0.1", cloud.ports.smtp) as server:
        for number in range(11):
            mail = EmailMessage()
            mail["Subject"], mail["From"], mail["To"] = f"series {number}", "a@example.com", "b@example.com"
            mail["Date"] = "Sun, 22 Nov 2026 10:00:00 +0100"
            mail.set_content("…")
            server.send_message(mail)
    series = [mail for mail in messages(cloud.inbox_dir) if mail.subject.startswith("series")]
    assert [mail.subject for mail in series] == [f"series {number}" for number in range(11)]
    assert series[0].date.isoformat() == "2026-11-22T10:00:00+01:00"
    assert series[0].html == ""
