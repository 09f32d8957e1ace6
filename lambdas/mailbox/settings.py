"""What the mailbox service is told by its environment."""

from remit.adapters.environment import Settings


class MailboxSettings(Settings):
    mail_store: str
