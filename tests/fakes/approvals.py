from datetime import datetime

from remit.approval_ports import Approvals
from remit.domain.agent import Suspension
from remit.domain.approval import Approval
from remit.domain.ballot import Ballot
from remit.domain.deputy import Deputy
from remit.domain.link import Link
from remit.domain.session import Session
from tests.fakes.records import MemoryRecords


class MemoryApprovals(Approvals):
    """What the records hold of questions and answers."""

    def __init__(self, records: MemoryRecords) -> None:
        self._records = records

    def approval(self, approval: str) -> Approval | None:
        return self._records.approvals.get(approval)

    def open_in(self, domain: str) -> tuple[Approval, ...]:
        found = (each for each in self._records.approvals.values() if each.open and each.domain == domain)
        return tuple(sorted(found, key=lambda each: each.requested_at))

    def due_in(self, domain: str, now: datetime) -> tuple[Approval, ...]:
        return tuple(sorted((each for each in self.open_in(domain) if each.due_at <= now), key=lambda each: each.due_at))

    def link(self, token_hash: str) -> Link | None:
        return self._records.links.get(token_hash)

    def ballot(self, approval: str, stage: int) -> Ballot:
        return self._records.ballots.get((approval, stage), Ballot(approval=approval, stage=stage))

    def deputy(self, approver: str, approval: str) -> Deputy | None:
        appointed = self._records.deputies
        return appointed.get((approver, approval)) or appointed.get((approver, None))

    def session(self, visit_hash: str) -> Session | None:
        return self._records.sessions.get(visit_hash)

    def suspension(self, agent: str) -> Suspension | None:
        return self._records.stopped.get(agent)
