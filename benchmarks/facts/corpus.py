"""What people say of 1,000 zones, each of which changes its carrier 50 times; and 1,000 facts that are like each other and unrelated."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from remit.domain.fact_key import FactKey
from remit.domain.model import Model

SUBJECTS, CHANGES = 1_000, 50
_BEGAN = datetime(2024, 1, 1, tzinfo=UTC)
_CARRIERS = tuple(
    f"{name} {kind}"
    for name in ("Harrow", "Linden", "Meridian", "Corvid", "Blue Ridge", "Tideway", "Osprey", "Fenwick", "Juniper", "Castle")
    for kind in ("Express", "Freight", "Couriers", "Logistics", "Parcel", "Haulage")
)
# They differ in a letter, a digit, a case or an order: near enough to be taken for one another, and each about something else.
_NEAR = (
    "zone-{0}",
    "Zone-{0}",
    "zone-{0}a",
    "zone.{0}",
    "zone_{0}",
    "north-zone-{0}",
    "zone-{0}-north",
    "zone-{0}-south",
    "zones-{0}",
    "zone-a{0}",
)


class Said(Model):
    """A sentence, and what it says."""

    key: FactKey
    value: str
    at: datetime
    sentence: str


def changes(subjects: int = SUBJECTS, each: int = CHANGES) -> Iterator[Said]:
    """In the order in which they were said: all zones once, then all again."""
    pick = random.Random(5)  # noqa: S311 - the same sentences in every run
    orders = [pick.sample(_CARRIERS, each) for _ in range(subjects)]
    for number in range(each):
        for subject in range(subjects):
            yield _said(carrier_of(subject), orders[subject][number], _BEGAN + timedelta(days=14 * number, minutes=subject))


def carrier_of(subject: int) -> FactKey:
    return FactKey(namespace="logistics", subject=f"zone-{subject:04d}", predicate="carrier")


def question(key: FactKey) -> str:
    return f"Which carrier takes shipments to {key.subject} now?"


def unrelated(count: int = 1_000) -> list[Said]:
    """All with the same value, so that nothing but the key tells them apart."""
    subjects = [form.format(number) for number in range(1, count // len(_NEAR) + 1) for form in _NEAR]
    keys = (FactKey(namespace="logistics", subject=subject, predicate="carrier") for subject in subjects)
    return [_said(key, "Harrow Express", _BEGAN + timedelta(minutes=place)) for place, key in enumerate(keys)]


def _said(key: FactKey, value: str, at: datetime) -> Said:
    return Said(key=key, value=value, at=at, sentence=f"From {at:%-d %B %Y} on, {value} takes all shipments to {key.subject}.")
