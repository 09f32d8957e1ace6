"""On whose behalf a run acts: a person as the edge verified them, for as long as the token is good and nobody revokes it."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from remit.domain.access import TENANT
from remit.domain.canonical import digest
from remit.domain.errors import DelegationEnded, Reason
from remit.domain.model import JsonObject, Model

# What a session tag's value, and with it `${aws:PrincipalTag/…}` in a policy, may hold: neither a wildcard nor a variable.
# Spelt out, because `\w` would let letters of all scripts in, among them look-alikes, and take a tenth of a cold start to build.
_TAG = r"^[A-Za-z0-9_.:/=+@-]{1,128}$"
_USER = "user"
SESSION_TAGS = (TENANT, _USER)
_SOURCE_IDENTITY = r"^[A-Za-z0-9_.@=+,-]{2,64}$"


class Delegator(Model):
    """A person's verified claims, never the token that carried them; `tenant` is None for a person of no tenant."""

    delegation: str
    person: Annotated[str, Field(pattern=_SOURCE_IDENTITY, description="The token's subject")]
    name: str
    groups: tuple[str, ...] = ()
    tenant: Annotated[str, Field(pattern=_TAG)] | None = None
    expires_at: datetime

    def context(self) -> JsonObject:
        """What policies see of them."""
        tenant: JsonObject = {} if self.tenant is None else {"tenant": self.tenant}
        return {"person": self.person, "name": self.name, "groups": [*self.groups], **tenant}

    @property
    def session_tags(self) -> dict[str, str]:
        """What sessions on their behalf are tagged with, and policies hold resources against."""
        tags = {TENANT: self.tenant, _USER: self.person}
        return {name: value for name, value in tags.items() if value is not None}

    def check(self, now: datetime) -> None:
        """Raises DelegationEnded once the token that the person gave has expired."""
        if now >= self.expires_at:
            raise ended("has expired")


class Delegation(Model):
    """One sign-in of a person that runs have been started on."""

    id: str
    person: str
    name: str
    tenant: str | None = None
    expires_at: datetime
    revoked: "Revocation | None" = None


class Revocation(Model):
    """While it stands, which is for ever, no run that rests on the delegation is started and none goes on."""

    delegation: str
    reason: str
    by: str
    at: datetime


def named(delegator: Delegator) -> Delegation:
    """The sign-in that a person is behind a run with."""
    return Delegation(
        id=delegator.delegation, person=delegator.person, name=delegator.name, tenant=delegator.tenant, expires_at=delegator.expires_at
    )


def delegation_id(issuer: str, person: str, sign_in: str) -> str:
    """One for all tokens of one sign-in, whoever presents them."""
    return digest([issuer, person, sign_in])[:32]


def ended(how: str) -> DelegationEnded:
    why = f"The delegation {how}; nothing more is done on this person's behalf until they sign in again."
    return DelegationEnded(why, (Reason(policy="delegation.ended", reason=why),))
