from collections.abc import Callable, Sequence
from copy import copy
from threading import Lock
from typing import TypeVar

from remit.approval_ports import (
    AddLink,
    AppointDeputy,
    CastBallot,
    MoveApproval,
    NoteOpened,
    RequestApproval,
    RequireOpen,
    RequireWaiting,
    StartSession,
)
from remit.budget_ports import Budgets, GiveBack, Reserve, VoidWarrant
from remit.delegation_ports import Delegations, RequireDelegation, Revoke, RunUse, UseDelegation
from remit.domain.action import Action
from remit.domain.agent import Suspension
from remit.domain.approval import Approval, ApprovalStatus
from remit.domain.ballot import Ballot
from remit.domain.delegation import Delegation
from remit.domain.deputy import Deputy
from remit.domain.errors import Conflict, RemitError
from remit.domain.fact_key import FactRef
from remit.domain.ledger import Draft, Entry, chain
from remit.domain.link import Link
from remit.domain.session import Session
from remit.domain.statement import Citation, CitedBy, Claim, Hold, Statement
from remit.domain.warrant import Warrant
from remit.fact_ports import Cite, HoldFact, RecordClaim, RecordStatement, RequireStanding, Uncite
from remit.ports import Clock, Nobody, Witness
from remit.record_ports import (
    Change,
    EndRun,
    MintWarrant,
    MoveAction,
    OpenAction,
    OpenRun,
    Records,
    Reinstate,
    RequireActive,
    Requirement,
    RequireRunOpen,
    Suspend,
)
from remit.undo_ports import ClaimUndo, NoteUndone, Undoings

T = TypeVar("T")
_TABLES = (
    *("actions", "approvals", "links", "ballots", "opened", "deputies", "sessions", "warrants", "stopped", "revoked"),
    *("ended", "uses", "said", "held", "claims", "citations", "drawn", "undo", "used", "void", "ledger"),
)


class MemoryBudgets(Budgets):
    """What the records hold of budgets."""

    def __init__(self, records: "MemoryRecords") -> None:
        self._records = records

    def drawn(self, account: str) -> dict[str, int]:
        return {meter: used for (of, meter), used in self._records.drawn.items() if of == account}


class MemoryDelegations(Delegations):
    """What the records hold of delegations."""

    def __init__(self, records: "MemoryRecords") -> None:
        self._records = records

    def get(self, delegation: str) -> Delegation | None:
        uses = [use.delegation for use in self._records.uses if use.delegation.id == delegation]
        revoked = self._records.revoked.get(delegation)
        return uses[-1].model_copy(update={"revoked": revoked.revocation if revoked else None}) if uses else None

    def of_person(self, name: str) -> tuple[Delegation, ...]:
        known = {use.delegation.id for use in self._records.uses if use.delegation.name == name}
        found = (self.get(delegation) for delegation in known)
        return tuple(sorted((each for each in found if each), key=lambda each: each.expires_at, reverse=True))

    def runs(self, delegation: str) -> tuple[RunUse, ...]:
        uses = sorted({(use.run, use.workflow) for use in self._records.uses if use.delegation.id == delegation})
        return tuple(RunUse(run=run, workflow=workflow) for run, workflow in uses)


class MemoryUndoings(Undoings):
    """What the records hold of them."""

    def __init__(self, records: "MemoryRecords") -> None:
        self._records = records

    def undoing(self, key: str) -> str | None:
        return self._records.undo.get(key, (None, False))[0]


class MemoryRecords(Records):
    """Everything in dictionaries; a commit that fails puts back what was there."""

    def __init__(self, clock: Clock, witness: Witness | None = None) -> None:
        self._clock, self._one_at_a_time, self._witness = clock, Lock(), witness or Nobody()
        self.actions: dict[str, Action] = {}
        self.approvals: dict[str, Approval] = {}
        self.links: dict[str, Link] = {}
        self.ballots: dict[tuple[str, int], Ballot] = {}
        self.opened: dict[str, Link] = {}
        self.sessions: dict[str, Session] = {}
        self.deputies: dict[tuple[str, str | None], Deputy] = {}
        self.warrants: dict[str, Warrant] = {}
        self.stopped: dict[str, Suspension] = {}
        self.ended: set[str] = set()
        self.revoked: dict[str, Revoke] = {}
        self.uses: tuple[UseDelegation, ...] = ()
        self.said: dict[str, tuple[Statement, ...]] = {}
        self.held: dict[str, Hold] = {}
        self.claims: dict[str, Claim] = {}
        self.citations: set[Citation] = set()
        self.used: set[str] = set()
        self.void: set[str] = set()
        self.drawn: dict[tuple[str, str], int] = {}
        self.undo: dict[str, tuple[str, bool]] = {}
        self.ledger: dict[str, tuple[Entry, ...]] = {}
        self.before_commit: Callable[[Sequence[Change], Sequence[Draft]], None] = lambda changes, drafts: None

    def commit(self, run: str, changes: Sequence[Change], drafts: Sequence[Draft]) -> None:
        self.before_commit(changes, drafts)
        with self._one_at_a_time:
            self._commit(run, changes, drafts)

    def _commit(self, run: str, changes: Sequence[Change], drafts: Sequence[Draft]) -> None:
        before = {name: copy(getattr(self, name)) for name in _TABLES}
        try:
            for change in changes:
                self._apply(change)
        except RemitError as error:
            vars(self).update(before)
            if isinstance(error, Conflict):
                self._witness.conflicted()
            raise
        self._append(run, drafts)

    def open_run(self, run: str, draft: Draft, changes: Sequence[Change] = ()) -> None:
        if run in self.ledger:
            raise Conflict(run)
        self.commit(run, changes, [draft])

    def action(self, key: str) -> Action | None:
        return self.actions.get(key)

    def suspensions(self) -> tuple[Suspension, ...]:
        return tuple(self.stopped[agent] for agent in sorted(self.stopped))

    def entries(self, run: str) -> tuple[Entry, ...]:
        return self.ledger.get(run, ())

    def _apply(self, change: Change) -> None:
        match change:
            case OpenAction():
                _add(self.actions, change.action.intent.key, change.action)
            case MoveAction():
                _require(self.actions[change.action.intent.key].status is change.was)
                self.actions[change.action.intent.key] = change.action
            case MintWarrant():
                _add(self.warrants, change.warrant.id, change.warrant)
            case OpenRun():
                _require(change.entry.run not in self.ledger)
                self.ledger[change.entry.run] = (change.entry,)
                self._witness.appended([change.entry])
            case RequireActive():
                _met(change, change.agent not in self.stopped)
            case Reserve():
                self._draw(change)
            case GiveBack():
                place = change.reservation.account, change.reservation.meter
                _require(self.drawn.get(place, 0) >= change.reservation.amount)
                self.drawn[place] -= change.reservation.amount
            case VoidWarrant():
                _require(change.warrant not in self.used | self.void)
                self.void.add(change.warrant)
            case Suspend():
                _add(self.stopped, change.suspension.agent, change.suspension)
            case Reinstate():
                _require(change.agent in self.stopped)
                del self.stopped[change.agent]
            case _:
                self._apply_to_approvals(change)

    def _draw(self, change: Reserve) -> None:
        wanted = change.reservation
        place = wanted.account, wanted.meter
        used = self.drawn.get(place, 0) + wanted.amount
        _met(change, used <= wanted.limit)
        self.drawn[place] = used

    def _apply_to_approvals(self, change: Change) -> None:
        match change:
            case RequestApproval():
                _add(self.approvals, change.approval.id, change.approval)
            case MoveApproval():
                _require(self.approvals[change.approval.id].version == change.approval.version - 1)
                self.approvals[change.approval.id] = change.approval
            case AddLink():
                _add(self.links, change.link.token_hash, change.link)
            case RequireOpen():
                approval = self.approvals[change.approval]
                now = approval.status, approval.stage, approval.round
                _require(now == (ApprovalStatus.PENDING, change.stage, change.round))
            case RequireWaiting():
                _require(change.approval in self.approvals and self.approvals[change.approval].open)
            case CastBallot():
                place = change.ballot.approval, change.ballot.stage
                _require(len(self.ballots[place].answers if place in self.ballots else ()) == len(change.ballot.answers) - 1)
                self.ballots[place] = change.ballot
            case AppointDeputy():
                self.deputies = {**self.deputies, (change.deputy.approver, change.deputy.approval): change.deputy}
            case StartSession():
                _add(self.sessions, change.session.visit_hash, change.session)
            case NoteOpened():
                _add(self.opened, f"{change.link.approval}#{change.link.stage}#{change.link.by}", change.link)
            case _:
                self._apply_to_delegations(change)

    def _apply_to_delegations(self, change: Change) -> None:
        match change:
            case RequireDelegation():
                _met(change, change.delegation not in self.revoked)
            case UseDelegation():
                self.uses = (*self.uses, change)
            case Revoke():
                _add(self.revoked, change.delegation.id, change)
            case _:
                self._apply_to_facts(change)

    def _apply_to_facts(self, change: Change) -> None:
        match change:
            case RecordStatement():
                self._record(change.statement, change.before)
            case RecordClaim():
                standing = self._standing(change.claim.key.id)
                _require(change.claim.against is None or (standing is not None and standing.version == change.claim.against))
                _add(self.claims, change.claim.id, change.claim)
            case RequireStanding():
                _require(self._may_be_relied_on(change.fact))
            case HoldFact():
                _require(self._may_be_relied_on(change.hold.fact))
                self.held[change.hold.fact.id] = change.hold
            case Cite():
                self.citations.add(change.citation)
            case Uncite():
                self.citations.discard(change.citation)
            case _:
                self._apply_to_undoings(change)

    def _apply_to_undoings(self, change: Change) -> None:
        match change:
            case EndRun():
                _require(change.run not in self.ended)
                self.ended.add(change.run)
            case RequireRunOpen():
                _met(change, change.run not in self.ended)
            case ClaimUndo():
                _require(self.undo.get(change.undoes, (None, False))[0] == change.instead_of)
                self.undo[change.undoes] = (change.by, False)
            case NoteUndone():
                _require(self.undo.get(change.undoes) == (change.by, False))
                self.undo[change.undoes] = (change.by, True)
            case _:
                raise TypeError(f"no fake of {type(change).__name__}")

    def _record(self, statement: Statement, before: Statement | None) -> None:
        said = self.said.get(statement.key.id, ())
        _require(statement.version == len(said) + 1 and self._standing(statement.key.id) == before)
        for source in statement.derived_from:
            _require(self._may_be_relied_on(source))
            self.citations.add(Citation(fact=source, kind=CitedBy.FACT, by=statement.key.id))
        self.said[statement.key.id] = (*said, statement)
        self.held.pop(statement.key.id, None)

    def _may_be_relied_on(self, fact: FactRef) -> bool:
        standing = self._standing(fact.id)
        return standing is not None and standing.ref == fact and fact.id not in self.held

    def _standing(self, key: str) -> Statement | None:
        last = self.said.get(key, (None,))[-1]
        return None if last is None or last.retracts else last

    def _append(self, run: str, drafts: Sequence[Draft]) -> None:
        written = self.ledger.get(run, ())
        appended = chain(run, written[-1] if written else None, drafts, self._clock.now())
        self.ledger[run] = (*written, *appended)
        self._witness.appended(appended)


def _add(table: dict[str, T], key: str, record: T) -> None:
    _require(key not in table)
    table[key] = record


def _met(requirement: Requirement, holds: bool) -> None:
    if not holds:
        raise requirement.unmet()


def _require(holds: bool) -> None:
    if not holds:
        raise Conflict("a record is not in the state that the change starts from")
