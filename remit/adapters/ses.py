"""Mail through SES, which makes it one MIME message with a text and an HTML part."""

from email.utils import parseaddr
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from remit.adapters.aws import calling, code_of
from remit.adapters.mail_headers import label_headers
from remit.domain.errors import MailRefused
from remit.names import Names
from remit.ports import Mail, Mailer

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client
    from mypy_boto3_sesv2.type_defs import ContentTypeDef, MessageHeaderTypeDef, MessageTypeDef

_CHARSET = "UTF-8"
# Not verified, on the suppression list, or no address at all: sending it again would not help.
_REFUSED = {"MessageRejected", "BadRequestException"}


class SesMailer(Mailer):
    """Sends under the stage's configuration set, which tracks neither opening nor clicking and reports what bounces."""

    def __init__(self, client: "SESV2Client", sender: str, names: Names) -> None:
        self._client, self._sender, self._settings = client, sender, names.mail()

    def send(self, mail: Mail) -> str:
        with calling("SES"):
            try:
                answer = self._client.send_email(
                    FromEmailAddress=self._sender,
                    Destination={"ToAddresses": [mail.to]},
                    Content={"Simple": self._message(mail)},
                    EmailTags=[{"Name": name, "Value": value} for name, value in mail.labels.items()],
                    ConfigurationSetName=self._settings,
                )
            except ClientError as error:
                _unless_refused(error, mail)
                raise
        return answer["MessageId"]

    def _message(self, mail: Mail) -> "MessageTypeDef":
        # SES writes a Message-ID of its own, so a thread hangs on a root that nobody sent: what every mail of it answers to.
        root = f"<{mail.thread}@{parseaddr(self._sender)[1].rpartition('@')[2]}>"
        headers: list[MessageHeaderTypeDef] = [
            {"Name": "In-Reply-To", "Value": root},
            {"Name": "References", "Value": root},
            {"Name": "Auto-Submitted", "Value": "auto-generated"},
        ]
        return {
            "Subject": _content(mail.subject),
            "Body": {"Text": _content(mail.text), "Html": _content(mail.html)},
            "Headers": [*headers, *label_headers(mail.carries)],
        }


def _content(data: str) -> "ContentTypeDef":
    return {"Data": data, "Charset": _CHARSET}


def _unless_refused(error: ClientError, mail: Mail) -> None:
    if code_of(error) in _REFUSED:
        raise MailRefused(f"SES will not send to {mail.to}: {error.response['Error'].get('Message', '')}") from error
