"""All stories, domain by domain, and the business records that they are told on."""

from collections.abc import Mapping, Sequence

from remit.cli.demo.stories import refunds
from remit.cli.demo.world import Record

__all__ = ["APPROVED", "RECORDS", "STORIES"]

APPROVED = refunds.APPROVED
STORIES = (*refunds.STORIES,)
RECORDS: Mapping[str, Mapping[str, Sequence[Record]]] = {"refunds": refunds.RECORDS}
