"""The mailboxes of the business, from outside: mail that anybody sends, and what the store has of it."""

import smtplib
from email import message_from_bytes
from email.message import EmailMessage
from typing import Any

from remit.cli.target import LOCAL_STAGE, local_session
from remit.local import cloud
from remit.names import Names


class MailStore:
    """The local cloud's."""

    def __init__(self, state: cloud.CloudState) -> None:
        self._smtp_port = state.ports.smtp
        self._client: Any = local_session(state).client("s3", endpoint_url=state.endpoint)
        self._bucket = Names(LOCAL_STAGE).mail_store(state.account_id, state.region)

    def write(self, mailbox: str, subject: str, text: str = "…") -> str:
        """As anybody outside can, a mail to somebody here: the message's id, once it is in the mailbox."""
        mail, before = EmailMessage(), self.messages(mailbox)
        mail["From"], mail["To"], mail["Subject"] = "somebody@example.org", f"{mailbox}@example.com", subject
        mail.set_content(text)
        with smtplib.SMTP("127.0.0.1", self._smtp_port) as server:
            server.send_message(mail)
        new = [each for each in self.messages(mailbox) if each not in before]
        return next(each for each in new if self._message(mailbox, each)["Subject"] == subject)

    def messages(self, mailbox: str) -> list[str]:
        """By id, those of one mailbox that are there."""
        prefix = f"mail/{mailbox}/"
        found = self._client.list_objects_v2(Bucket=self._bucket, Prefix=prefix)
        return [each["Key"].removeprefix(prefix) for each in found.get("Contents", [])]

    def _message(self, mailbox: str, message: str) -> EmailMessage:
        raw = self._client.get_object(Bucket=self._bucket, Key=f"mail/{mailbox}/{message}")["Body"].read()
        return message_from_bytes(raw, EmailMessage)
