"""What is shown of memory: to a model, what stands; to people, also how it came to be. Nothing above the reader's clearance."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from remit.domain.canonical import canonical
from remit.domain.fact_key import FactRef
from remit.domain.memory import Confidentiality, MemorySpec
from remit.domain.model import Model
from remit.domain.statement import Claim, ClaimKind, Statement


class Recollection(Model):
    """What a model is shown, and what stands too but did not fit into the budget."""

    facts: tuple[Statement, ...] = ()
    left_out: tuple[FactRef, ...] = ()

    @property
    def text(self) -> str:
        """One line of JSON for each fact, with the id and version that an answer can cite."""
        return "".join(map(shown, self.facts))


def recollect(standing: Iterable[Statement], memory: MemorySpec, now: datetime) -> Recollection:
    """The facts in the order given, each one that still fits."""
    facts: list[Statement] = []
    left_out: list[FactRef] = []
    free = memory.budget
    for statement in readable(standing, memory.clearance):
        if statement.lapsed_at(now):
            continue
        size = len(shown(statement).encode())
        if size <= free:
            facts.append(statement)
            free -= size
        else:
            left_out.append(statement.ref)
    return Recollection(facts=tuple(facts), left_out=tuple(left_out))


def shown(statement: Statement) -> str:
    """A line that no value can break out of."""
    key = statement.key
    line = canonical(
        {
            "fact": key.id,
            "version": statement.version,
            "value": statement.value,
            "authority": statement.authority,
            "integrity": statement.labels.integrity.value,
            "since": statement.valid_from.isoformat(),
        }
    )
    return f"{line.decode()}\n"


def readable(statements: Iterable[Statement], clearance: Confidentiality) -> tuple[Statement, ...]:
    """Those that may be seen with this clearance."""
    return tuple(each for each in statements if _may_see(clearance, each.labels.confidentiality))


def unsettled(claims: Iterable[Claim], standing: Sequence[Statement], clearance: Confidentiality) -> tuple[Claim, ...]:
    """The conflicts that a human has yet to look at: those whose contradicted version still stands."""
    stands = {statement.ref for statement in standing}
    return tuple(
        claim
        for claim in claims
        if claim.kind is ClaimKind.CONFLICT
        and claim.against is not None
        and FactRef(id=claim.key.id, version=claim.against) in stands
        and _may_see(clearance, claim.labels.confidentiality)
    )


def suggested(claims: Iterable[Claim], standing: Sequence[Statement], clearance: Confidentiality) -> tuple[Claim, ...]:
    """The suggestions that nobody has taken up: what they say is not what stands."""
    stands = {statement.key: statement for statement in standing}
    return tuple(
        claim
        for claim in claims
        if claim.kind is ClaimKind.SUGGESTION
        and _may_see(clearance, claim.labels.confidentiality)
        and not _says_so(stands.get(claim.key), claim)
    )


def lower(one: Confidentiality, other: Confidentiality) -> Confidentiality:
    """The clearance that sees what both see."""
    return min(one, other, key=list(Confidentiality).index)


def _says_so(stands: Statement | None, claim: Claim) -> bool:
    return claim.value == (None if stands is None else stands.value)


def _may_see(clearance: Confidentiality, label: Confidentiality) -> bool:
    return lower(label, clearance) is label
