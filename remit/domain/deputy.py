"""Who answers in an approver's place: for a time, and for all questions or for one."""

from datetime import datetime, timedelta

from remit.domain.errors import InvalidRequest, Reason
from remit.domain.model import Model
from remit.domain.route import Address

_LONGEST = timedelta(days=60)


class Deputy(Model):
    """`approval` is the one question that it is for (None: all), `by` the identity that appointed; it stands from `since` until just
    before `until`."""

    approver: str
    to: Address
    since: datetime
    until: datetime
    approval: str | None = None
    by: str

    def stands(self, now: datetime) -> bool:
        return self.since <= now < self.until


def appointed(deputy: Deputy) -> Deputy:
    """The same if it may be. Raises InvalidRequest. One that ends as it begins takes an earlier one back."""
    if not deputy.since <= deputy.until <= deputy.since + _LONGEST:
        raise _invalid("until", f"a deputy is appointed for up to {_LONGEST.days} days from now")
    if deputy.to == deputy.approver:
        raise _invalid("to", "an approver is no deputy of their own")
    return deputy


def _invalid(field: str, problem: str) -> InvalidRequest:
    return InvalidRequest(f"{field}: {problem}", (Reason(policy=field, reason=problem),))
