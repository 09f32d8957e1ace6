"""Memory as Remit needs it from outside: what was said, and the changes that a commit of Records can make to it."""

from abc import ABC, abstractmethod

from remit.domain.fact_key import FactKey, FactRef
from remit.domain.statement import Citation, Claim, Hold, Statement
from remit.record_ports import Change


class FactStore(ABC):
    """What was said, for reading. Every method sees all that was committed before it, and raises Unavailable when it cannot tell."""

    @abstractmethod
    def latest(self, key: FactKey) -> Statement | None:
        """The key's newest version, also if it retracts."""

    @abstractmethod
    def standing(self, namespace: str) -> tuple[Statement, ...]:
        """The namespace's facts: what stands now and is not held, by subject and predicate. Costs by what stands, whatever was said
        before it."""

    @abstractmethod
    def hold(self, key: FactKey) -> Hold | None:
        """Why what stands is served to nobody, if it is held."""

    @abstractmethod
    def versions(self, key: FactKey) -> tuple[Statement, ...]:
        """All that was ever said of the key, from its first version."""

    @abstractmethod
    def history(self, namespace: str) -> tuple[Statement, ...]:
        """All versions of all of the namespace's keys, by subject, predicate and version. Costs by all that was ever said."""

    @abstractmethod
    def claims(self, namespace: str) -> tuple[Claim, ...]:
        """What was said in the namespace and did not come to stand, oldest first; settled ones too."""

    @abstractmethod
    def claim(self, namespace: str, claim: str) -> Claim | None: ...

    @abstractmethod
    def citations(self, key: FactKey) -> tuple[Citation, ...]:
        """What rests on any version of the key, by version. A lookup, not a scan."""


class RecordStatement(Change):
    """The key's next version. `before`, if any, must stand, and nothing if there is none; the version must be free; whatever the
    statement was derived from must stand at the version cited and not be held, and is then cited by it. A hold is over with it."""

    statement: Statement
    before: Statement | None


class RecordClaim(Change):
    """The claim must not be there yet, and what it is against must still stand."""

    claim: Claim


class RequireStanding(Change):
    """This version must stand, and must not be held."""

    fact: FactRef


class HoldFact(Change):
    """The version must stand, and must not be held yet."""

    hold: Hold


class Cite(Change):
    """Something rests on a fact from now on; citing twice is citing once."""

    citation: Citation


class Uncite(Change):
    """It no longer does; no error if it never did."""

    citation: Citation
