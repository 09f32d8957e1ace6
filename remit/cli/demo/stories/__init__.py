"""All stories, domain by domain, and the business records and people that they are told on."""

from collections.abc import Mapping, Sequence

from remit.cli.demo.stories import claims, logistics, mailbox, receivables, refunds, supply
from remit.cli.demo.world import Record

__all__ = ["APPROVED", "PEOPLE", "RECORDS", "STORIES"]

APPROVED = refunds.APPROVED
STORIES = (*refunds.STORIES, *claims.STORIES, *mailbox.STORIES, *receivables.STORIES, *logistics.STORIES, *supply.STORIES)
RECORDS: Mapping[str, Mapping[str, Sequence[Record]]] = {
    "refunds": refunds.RECORDS,
    "claims": claims.RECORDS,
    "mailbox": mailbox.RECORDS,
    "receivables": receivables.RECORDS,
    "logistics": logistics.RECORDS,
    "supply": supply.RECORDS,
}
# By name: their tenant and group.
PEOPLE: Mapping[str, tuple[str, str]] = {**claims.PEOPLE}
