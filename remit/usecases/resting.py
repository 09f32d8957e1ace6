"""What rests on which version of a stored fact: written with the decision, so that whoever changes the fact finds it."""

from collections.abc import Iterable

from remit.domain.approval import Approval
from remit.domain.decision import Decision
from remit.domain.fact_key import FactRef, key_of
from remit.domain.intent import Intent
from remit.domain.ledger import Entry, Kind
from remit.domain.model import Json, JsonObject
from remit.domain.statement import Citation, CitedBy
from remit.fact_ports import Cite, RequireStanding, Uncite
from remit.record_ports import Change


def shown_to(reasoning: JsonObject | None) -> tuple[FactRef, ...]:
    """What the model was shown of memory, as the reasoner says of its call; what cannot be read was shown to nobody."""
    return _refs((reasoning or {}).get("facts"))


def cited_in(entries: Iterable[Entry]) -> list[FactRef]:
    """What the decisions of a run rested on."""
    return _stored(fact for entry in entries if entry.kind is Kind.DECISION_MADE for fact in _refs(entry.body.get("facts")))


def relies(decision: Decision, intent: Intent) -> list[Change]:
    """The facts that were decided on still stand, and from now on the run rests on them."""
    return [*(RequireStanding(fact=fact) for fact in _stored(decision.facts)), *cites(decision, intent)]


def cites(decision: Decision, intent: Intent) -> list[Change]:
    """The run rests on the facts that were decided on, whether or not they stand still."""
    return [Cite(citation=cited_by_run(fact, intent.run)) for fact in _stored(decision.facts)]


def asks(approval: Approval, instead_of: Approval | None = None) -> list[Change]:
    """The question rests on its facts, and no longer on those that it rested on before."""
    now, before = _stored(approval.facts), _stored(instead_of.facts) if instead_of else []
    begins: list[Change] = [Cite(citation=_by_approval(fact, approval)) for fact in now if fact not in before]
    ends = [Uncite(citation=_by_approval(fact, approval)) for fact in before if fact not in now]
    return [*begins, *ends]


def settles(approval: Approval) -> list[Change]:
    """The question rests on nothing any more."""
    return [Uncite(citation=_by_approval(fact, approval)) for fact in _stored(approval.facts)]


def cited_by_run(fact: FactRef, run: str) -> Citation:
    return Citation(fact=fact, kind=CitedBy.RUN, by=run)


def _by_approval(fact: FactRef, approval: Approval) -> Citation:
    return Citation(fact=fact, kind=CitedBy.APPROVAL, by=approval.id)


def _stored(facts: Iterable[FactRef]) -> list[FactRef]:
    """Those of memory: a business record is no fact that somebody stated. Each once."""
    return [*dict.fromkeys(FactRef(id=fact.id, version=fact.version) for fact in facts if key_of(fact.id) is not None)]


def _refs(told: Json) -> tuple[FactRef, ...]:
    facts = [each for each in told if isinstance(each, dict)] if isinstance(told, list) else []
    named = [(each.get("id"), each.get("version")) for each in facts]
    return tuple(FactRef(id=fact, version=version) for fact, version in named if isinstance(fact, str) and type(version) is int)
