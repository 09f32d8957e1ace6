"""Mail through SES, as one MIME message with a text and an HTML part."""

from email.message import EmailMessage
from typing import TYPE_CHECKING

from remit.adapters.aws import calling
from remit.ports import Mail, Mailer

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client


class SesMailer(Mailer):
    def __init__(self, client: "SESV2Client", sender: str) -> None:
        self._client, self._sender = client, sender

    def send(self, mail: Mail) -> str:
        with calling("SES"):
            answer = self._client.send_email(
                FromEmailAddress=self._sender,
                Destination={"ToAddresses": [mail.to]},
                Content={"Raw": {"Data": mime(mail, self._sender).as_bytes()}},
            )
        return answer["MessageId"]


def mime(mail: Mail, sender: str) -> EmailMessage:
    """Raises ValueError if an address or the subject holds a line break."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, mail.to, mail.subject
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    return message
