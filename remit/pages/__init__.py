"""What people see: the mails, the approval page and the inbox. Everything that comes from outside is escaped text."""

from remit.pages.render import (
    approval_mail,
    approval_page,
    inbox_page,
    message_page,
    outcome_mail,
    said_page,
    sign_in_page,
    signed_question_page,
)

__all__ = [
    "approval_mail",
    "approval_page",
    "inbox_page",
    "message_page",
    "outcome_mail",
    "said_page",
    "sign_in_page",
    "signed_question_page",
]
