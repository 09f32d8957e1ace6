"""Static checks: a domain's charter, its policies and its cases agree, and nothing in them is without effect."""

from collections.abc import Iterator

from remit.domain.finding import Finding
from remit.usecases.verify.cases import undecided
from remit.usecases.verify.matrix import loose_ends
from remit.usecases.verify.routes import dead_routes
from remit.usecases.verify.rules import faulty_rules, unread_facts
from remit.usecases.verify.subject import CaseFile, Subject

__all__ = ["CaseFile", "Finding", "Subject", "verify"]


def verify(subject: Subject) -> Iterator[Finding]:
    """All findings. What rests on the rules is only looked at when there is nothing wrong with any of them."""
    yield from loose_ends(subject)
    faulty = tuple(faulty_rules(subject))
    yield from faulty
    if not faulty:
        yield from (*unread_facts(subject), *dead_routes(subject), *undecided(subject))
