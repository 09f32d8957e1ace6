"""Mail through SES, which makes it one MIME message with a text and an HTML part."""

from typing import TYPE_CHECKING

from remit.adapters.aws import calling
from remit.ports import Mail, Mailer

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client
    from mypy_boto3_sesv2.type_defs import BodyTypeDef, ContentTypeDef

_CHARSET = "UTF-8"


class SesMailer(Mailer):
    def __init__(self, client: "SESV2Client", sender: str) -> None:
        self._client, self._sender = client, sender

    def send(self, mail: Mail) -> str:
        body: BodyTypeDef = {"Text": _content(mail.text), "Html": _content(mail.html)}
        with calling("SES"):
            answer = self._client.send_email(
                FromEmailAddress=self._sender,
                Destination={"ToAddresses": [mail.to]},
                Content={"Simple": {"Subject": _content(mail.subject), "Body": body}},
            )
        return answer["MessageId"]


def _content(data: str) -> "ContentTypeDef":
    return {"Data": data, "Charset": _CHARSET}
