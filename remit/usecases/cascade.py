"""A fact no longer stands as it did: whatever rests on an older version of it is found by the citations, and held."""

from collections.abc import Iterator
from dataclasses import dataclass

from remit.approval_ports import Approvals, MoveApproval
from remit.domain.approval import Approval
from remit.domain.fact import record_of
from remit.domain.fact_change import FactChange, shown
from remit.domain.fact_key import FactKey, key_of
from remit.domain.history import RunHold
from remit.domain.ledger import Draft, Kind
from remit.domain.model import JsonObject, Model
from remit.domain.statement import Citation, CitedBy, Hold, Statement
from remit.fact_ports import FactStore, HoldFact, Uncite
from remit.ports import Gate
from remit.record_ports import Records
from remit.usecases import approval_entries
from remit.usecases.facts import chain_of


@dataclass(frozen=True, slots=True, kw_only=True)
class CascadePorts:
    store: FactStore
    approvals: Approvals
    records: Records
    gate: Gate


class Turn(Model):
    """Where a fact stands: its newest version, and what is served of it, which is nothing once it is retracted or held."""

    latest: Statement
    serves: Statement | None

    def leaves_behind(self, citation: Citation) -> bool:
        """What cites a later version than we have read is none of ours."""
        version = citation.fact.version
        return version < self.latest.version or (version == self.latest.version and self.serves is None)

    @property
    def now(self) -> int | None:
        return None if self.serves is None else self.serves.version


def cascade(fact: FactKey, ports: CascadePorts) -> None:
    """Hold what rests on a version of the fact that does not stand now, and what rests on what is held so. Harmless to repeat.

    Raises Conflict where something moved meanwhile, and Unavailable: then it has to be repeated.
    """
    waiting, seen = [fact], {fact}
    while waiting:
        held = dict.fromkeys(_cascade(waiting.pop(), ports))
        waiting += [each for each in held if each not in seen]
        seen.update(held)


def _cascade(key: FactKey, ports: CascadePorts) -> Iterator[FactKey]:
    """Yields the derived facts that are held now."""
    latest = ports.store.latest(key)
    if latest is None:
        return
    serves = None if latest.retracts or ports.store.hold(key) else latest
    turn = Turn(latest=latest, serves=serves)
    for citation in ports.store.citations(key):
        if turn.leaves_behind(citation):
            match citation.kind:
                case CitedBy.APPROVAL:
                    _hold_approval(citation, turn, ports)
                case CitedBy.RUN:
                    _hold_run(citation, turn, ports)
                case CitedBy.FACT:
                    yield from _hold_fact(citation, turn, ports)


def _hold_approval(citation: Citation, turn: Turn, ports: CascadePorts) -> None:
    """The gate takes the citation away once it has decided anew; until then it can be woken again."""
    approval = ports.approvals.approval(citation.by)
    if approval is None or not approval.open:
        ports.records.commit(_nobody(citation), [Uncite(citation=citation)], [])
        return
    held = approval.held(_change(citation, turn, approval))
    if held.changes != approval.changes or approval.takes_answers(approval.requested_at):
        ports.records.commit(approval.intent.run, [MoveApproval(approval=held)], [approval_entries.held(held)])
    ports.gate.resume(*approval.named)


def _change(citation: Citation, turn: Turn, approval: Approval) -> FactChange:
    asked = (shown(fact) for fact in approval.facts if fact.id == citation.fact.id)
    was: JsonObject = next(asked, {"version": citation.fact.version})
    return FactChange(id=citation.fact.id, was=was, now=None if turn.serves is None else record_of(turn.serves))


def _hold_run(citation: Citation, turn: Turn, ports: CascadePorts) -> None:
    """An open run hears of it before its next action; one that has ended rests on nothing."""
    is_open = not any(entry.kind is Kind.RUN_FINISHED for entry in ports.records.entries(citation.by))
    hold = RunHold(fact=citation.fact, now=turn.now)
    drafts = [Draft(kind=Kind.RUN_HELD, body=hold.model_dump(mode="json"))] if is_open else []
    ports.records.commit(citation.by, [Uncite(citation=citation)], drafts)


def _hold_fact(citation: Citation, turn: Turn, ports: CascadePorts) -> Iterator[FactKey]:
    key = key_of(citation.by)
    derived = None if key is None else ports.store.latest(key)
    if key is None or derived is None or derived.retracts or citation.fact not in derived.derived_from:
        ports.records.commit(_nobody(citation), [Uncite(citation=citation)], [])
        return
    if ports.store.hold(key) is None:
        hold = Hold(fact=derived.ref, because=citation.fact, now=turn.now)
        about: JsonObject = {"fact": key.id, "version": derived.version, "because": citation.fact.model_dump(mode="json"), "now": turn.now}
        ports.records.commit(chain_of(key), [HoldFact(hold=hold)], [Draft(kind=Kind.FACT_HELD, body=about)])
    yield key


def _nobody(citation: Citation) -> str:
    """A commit without entries writes to no chain."""
    return citation.by
