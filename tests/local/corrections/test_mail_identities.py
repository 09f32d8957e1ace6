import pytest
from botocore.exceptions import ClientError

from tests.local.aws import Aws

pytestmark = [pytest.mark.enable_socket, pytest.mark.xdist_group("local-cloud")]


def send(aws: Aws, granted: str, sender: str) -> str:
    aws.client("sesv2").create_email_identity(EmailIdentity=sender)
    caller = aws.user({"Effect": "Allow", "Action": "ses:SendEmail", "Resource": f"arn:aws:ses:us-east-1:000000000000:identity/{granted}"})
    content = {"Simple": {"Subject": {"Data": "hello"}, "Body": {"Text": {"Data": "hello"}}}}
    answer = aws.client("sesv2", caller).send_email(
        FromEmailAddress=f"Remit <{sender}>", Destination={"ToAddresses": ["a@example.com"]}, Content=content
    )
    return str(answer["MessageId"])


def test_mail_is_sent_from_a_granted_identity(aws: Aws) -> None:
    assert send(aws, "granted@example.com", "granted@example.com")


def test_mail_is_not_sent_from_another_identity(aws: Aws) -> None:
    with pytest.raises(ClientError, match="ses:SendEmail"):
        send(aws, "granted@example.com", "other@example.com")
