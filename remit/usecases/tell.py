"""Tell people of an outcome that is not as intended, or not known: it is theirs to look, and to decide what is to be done."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from remit.domain.errors import MailRefused
from remit.domain.ledger import Draft, Entry, Kind
from remit.domain.model import JsonObject
from remit.domain.unsettled import Unsettled, unsettled
from remit.pages import outcome_mail
from remit.ports import Mailer
from remit.record_ports import Records


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """`routes` has, for each domain, the people who are told."""

    records: Records
    mailer: Mailer
    routes: Mapping[str, Sequence[str]]


def tell(run: str, telling: Telling) -> None:
    """One mail for each unsettled outcome to each who is to be told and has not been. Raises Unavailable; harmless to repeat."""
    written = telling.records.entries(run)
    told = {(entry.body["warrant"], entry.body["to"]) for entry in written if entry.kind is Kind.OUTCOME_REPORTED}
    for outcome in unsettled(written):
        for person in _people(written, telling):
            if (outcome.warrant, person) not in told:
                telling.records.commit(run, [], [_told(run, outcome, person, telling)])


def _people(written: Sequence[Entry], telling: Telling) -> Iterator[str]:
    domain = next((str(entry.body["domain"]) for entry in written if entry.kind is Kind.RUN_STARTED), "")
    yield from telling.routes.get(domain, ())


def _told(run: str, outcome: Unsettled, person: str, telling: Telling) -> Draft:
    """A bad address stops neither the end of the run nor the others who are told."""
    body: JsonObject = {"warrant": outcome.warrant, "tool": outcome.tool, "verification": outcome.verification.value, "to": person}
    try:
        return Draft(kind=Kind.OUTCOME_REPORTED, body={**body, "message_id": telling.mailer.send(outcome_mail(run, outcome, person))})
    except MailRefused as refused:
        return Draft(kind=Kind.OUTCOME_REPORTED, body={**body, "undeliverable": refused.message})
