"""What the mailbox domain lets an agent ask for."""

from typing import Annotated

from pydantic import Field

from remit.domain.payload import Payload, Text

MailboxId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
MessageId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,79}$", description="As the mail store calls it")]


class ReadMessage(Payload):
    """Read one message."""

    mailbox_id: MailboxId
    message_id: MessageId


class AskToDelete(Payload):
    """Ask the owner to have one message deleted."""

    mailbox_id: MailboxId
    message_id: MessageId


class DisableAccount(Payload):
    """Disable the whole mailbox account."""

    mailbox_id: MailboxId
    why: Text


class RotateCredentials(Payload):
    """Give the mailbox new credentials."""

    mailbox_id: MailboxId
    why: Text


class WipeStore(Payload):
    """Wipe the store that holds everybody's mail."""

    mailbox_id: MailboxId
    why: Text
