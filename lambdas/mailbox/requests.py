"""What the mailbox service is asked."""

from typing import Annotated

from pydantic import Field

from remit.domain.model import Model

MailboxId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
MessageId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,79}$")]


class Named(Model):
    """One message: to be read, or whose deletion is asked about."""

    mailbox_id: MailboxId
    message_id: MessageId


class Deletion(Named):
    """`use` is the same for every repeat of one deletion, and for no other."""

    use: str
