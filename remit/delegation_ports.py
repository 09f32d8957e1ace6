"""Delegations as Remit needs them from outside: tokens, what was recorded, and the changes that a commit of Records can make to it."""

from abc import ABC, abstractmethod

from remit.domain.delegation import Delegation, Delegator, Revocation, ended
from remit.domain.errors import RemitError
from remit.domain.model import Model
from remit.record_ports import Change, Requirement


class RequireDelegation(Requirement):
    """The delegation must not have been revoked."""

    delegation: str

    def unmet(self) -> RemitError:
        return ended("was revoked")


class UseDelegation(Change):
    """The run rests on the delegation; a repeat is the same."""

    delegation: Delegation
    run: str
    workflow: str


class Revoke(Change):
    """The delegation must not have been revoked yet."""

    revocation: Revocation
    delegation: Delegation


class RunUse(Model):
    """A run that rests on a delegation."""

    run: str
    workflow: str


class Delegations(ABC):
    """The delegations that runs have been started on. All of them raise Unavailable."""

    @abstractmethod
    def get(self, delegation: str) -> Delegation | None: ...

    @abstractmethod
    def of_person(self, name: str) -> tuple[Delegation, ...]:
        """The last to expire first."""

    @abstractmethod
    def runs(self, delegation: str) -> tuple[RunUse, ...]:
        """Whatever became of them."""


class Tokens(ABC):
    @abstractmethod
    def verify(self, token: str) -> Delegator:
        """The person behind a token. Raises Unauthenticated with a plain reason, Unavailable when the issuer's keys cannot be read."""
