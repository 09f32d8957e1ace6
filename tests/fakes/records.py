from collections.abc import Callable, Sequence
from copy import copy
from typing import TypeVar

from remit.domain.action import Action
from remit.domain.approval import Approval, ApprovalStatus, Link
from remit.domain.errors import Conflict
from remit.domain.ledger import Draft, Entry, chain
from remit.domain.warrant import Warrant
from remit.ports import AddLink, AnswerApproval, Change, Clock, MintWarrant, MoveAction, OpenAction, Records, RequestApproval

T = TypeVar("T")


class MemoryRecords(Records):
    """Everything in dictionaries; a commit works on copies and then swaps them in."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.actions: dict[str, Action] = {}
        self.approvals: dict[str, Approval] = {}
        self.links: dict[str, Link] = {}
        self.warrants: dict[str, Warrant] = {}
        self.ledger: dict[str, tuple[Entry, ...]] = {}
        self.before_commit: Callable[[Sequence[Change], Sequence[Draft]], None] = lambda changes, drafts: None

    def commit(self, run: str, changes: Sequence[Change], drafts: Sequence[Draft]) -> None:
        self.before_commit(changes, drafts)
        tables = [copy(table) for table in (self.actions, self.approvals, self.links, self.warrants)]
        for change in changes:
            _apply(change, *tables)  # type: ignore[arg-type]
        self.actions, self.approvals, self.links, self.warrants = tables  # type: ignore[assignment]
        self._append(run, drafts)

    def open_run(self, run: str, draft: Draft) -> None:
        if run in self.ledger:
            raise Conflict(run)
        self._append(run, [draft])

    def action(self, key: str) -> Action | None:
        return self.actions.get(key)

    def approval(self, approval: str) -> Approval | None:
        return self.approvals.get(approval)

    def pending_approvals(self) -> tuple[Approval, ...]:
        now = self._clock.now()
        return tuple(sorted((each for each in self.approvals.values() if each.open_at(now)), key=lambda each: each.requested_at))

    def link(self, token_hash: str) -> Link | None:
        return self.links.get(token_hash)

    def entries(self, run: str) -> tuple[Entry, ...]:
        return self.ledger.get(run, ())

    def _append(self, run: str, drafts: Sequence[Draft]) -> None:
        written = self.ledger.get(run, ())
        self.ledger[run] = (*written, *chain(run, written[-1] if written else None, drafts, self._clock.now()))


def _apply(
    change: Change, actions: dict[str, Action], approvals: dict[str, Approval], links: dict[str, Link], warrants: dict[str, Warrant]
) -> None:
    match change:
        case OpenAction():
            _add(actions, change.action.intent.key, change.action)
        case MoveAction():
            _require(actions[change.action.intent.key].status is change.was)
            actions[change.action.intent.key] = change.action
        case MintWarrant():
            _add(warrants, change.warrant.id, change.warrant)
        case RequestApproval():
            _add(approvals, change.approval.id, change.approval)
        case AnswerApproval():
            _require(approvals[change.approval.id].status is ApprovalStatus.PENDING)
            approvals[change.approval.id] = change.approval
        case AddLink():
            _add(links, change.link.token_hash, change.link)


def _add(table: dict[str, T], key: str, record: T) -> None:
    _require(key not in table)
    table[key] = record


def _require(holds: bool) -> None:
    if not holds:
        raise Conflict("a record is not in the state that the change starts from")
