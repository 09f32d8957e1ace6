"""What people see: the mails and the approval page. Everything that comes from outside is escaped text."""

from remit.pages.render import approval_mail, approval_page, message_page, outcome_mail

__all__ = ["approval_mail", "approval_page", "message_page", "outcome_mail"]
