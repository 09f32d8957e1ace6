"""The mailbox service in this process: its real store on S3 as moto has it, without Lambda between."""

from collections.abc import Callable
from email.message import EmailMessage

from lambdas.mailbox.requests import Deletion, Named
from lambdas.mailbox.store import MailStore
from remit.domain.model import JsonObject
from remit.toolkit import Service, ToolFailed


def a_mail(subject: str) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "somebody@example.org", "olivia@example.com", subject
    mail.set_content("Größe 4.")
    return mail.as_bytes()


def operations(store: MailStore) -> dict[str, Callable[[JsonObject], JsonObject]]:
    """What each function of the service does with what it is handed."""
    return {
        "read": lambda event: store.read(Named.model_validate(event)),
        "list": lambda event: store.listed(Named.model_validate(event)),
        "delete": lambda event: store.delete(Deletion.model_validate(event)),
    }


class MailboxService(Service):
    def __init__(self, store: MailStore) -> None:
        self._operations = operations(store)

    def call(self, operation: str, request: JsonObject) -> JsonObject:
        answer = self._operations[operation](request)
        if "refused" in answer:
            raise ToolFailed(str(answer["refused"]))
        return answer
