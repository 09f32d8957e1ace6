"""Delegations for Python callers: on whose behalf runs act, and taking that back. Raises what remit.client_errors has."""

from collections.abc import Sequence
from datetime import datetime

from remit.answers import Answer
from remit.client import Part, named


class Revocation(Answer):
    """Who took it back, when and why."""

    reason: str
    by: str
    at: datetime


class Delegation(Answer):
    """One sign-in of a person that runs were started on; `person` is their subject in the user pool."""

    id: str
    person: str
    name: str
    tenant: str | None = None
    expires_at: datetime
    revoked: Revocation | None = None


class Listed(Answer):
    delegations: tuple[Delegation, ...]


class Revoked(Answer):
    """A delegation that is no more; `stopped` are the runs that were under way on it."""

    delegation: Delegation
    stopped: tuple[str, ...]


class DelegationClient(Part):
    def of_person(self, name: str) -> Sequence[Delegation]:
        """The last to expire first."""
        return self._client.get(Listed, "/delegations", {"person": name}).delegations

    def revoke(self, delegation: str, reason: str) -> Revoked:
        """End it and every run that uses it, at once. Doing it again stops what is left."""
        return self._client.post(Revoked, named("delegations", delegation, "revoke"), {"reason": reason})
