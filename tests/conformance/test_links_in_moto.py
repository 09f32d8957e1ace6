"""Whatever is wrong with a link, DynamoDB is asked the same: how long a refusal takes tells nobody what they hold."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

from remit.adapters.dynamodb_approvals import DynamoApprovals
from remit.adapters.dynamodb_records import DynamoRecords
from remit.adapters.system import SystemEntropy
from remit.approval_ports import AddLink, MoveApproval, RequestApproval
from remit.domain.approval import Approval
from remit.domain.ballot import Verdict
from remit.domain.errors import LinkRefused
from remit.domain.ledger import Draft, Kind
from remit.domain.link import make_link
from remit.usecases.answer import ApprovalPorts, Given, answer, look
from tests.conformance.approvals import an_approval
from tests.fakes.clock import FixedClock
from tests.fakes.dynamodb import NAMES, moto_dynamodb
from tests.fakes.gate import REFUNDS
from tests.fakes.outside import WokenGate

FINANCE = "finance@example.com"
DRAFT = Draft(kind=Kind.APPROVAL_MAILED, body={})
NOT_GOOD = ("used", "use", "Used", "foreign", "", "x" * 5000)
# Link, question, ballot, both deputies and the agent's suspension, each by its key.
READS = ["GetItem"] * 6


def yes(token: str) -> Given:
    return Given(token=token, verdict=Verdict.APPROVE)


class Desk:
    """Two questions in DynamoDB: one that was approved by its link and is closed, and one whose link is long over."""

    def __init__(self, client: Any) -> None:  # noqa: ANN401 (a boto3 client)
        self.clock, self.gate, self._asked = FixedClock(), WokenGate(), list[str]()
        records = DynamoRecords(client, NAMES, self.clock)
        self.ports = ApprovalPorts(
            approvals=DynamoApprovals(client, NAMES),
            records=records,
            gate=self.gate,
            clock=self.clock,
            entropy=SystemEntropy(),
            account="000000000000",
            known={"refunds": REFUNDS.known_approvers()},
        )
        self._records = records
        self.closed, self.other = self._mailed("run-1", "used"), self._mailed("run-2", "foreign")
        answered = answer(self.closed.id, yes("used"), self.ports)
        records.commit("run-1", [MoveApproval(approval=answered)], [DRAFT])
        client.meta.events.register("before-call.dynamodb", self._count)

    def _mailed(self, run: str, token: str) -> Approval:
        approval = an_approval(run)
        link = make_link(approval, token, FINANCE, FINANCE)
        self._records.commit(run, [RequestApproval(approval=approval), AddLink(link=link)], [DRAFT])
        return approval

    def _count(self, model: Any, **_: object) -> None:  # noqa: ANN401 (botocore's)
        self._asked.append(model.name)

    def refused(self, call: Callable[[], object]) -> tuple[str, list[str]]:
        """In which words, and after which calls."""
        self._asked.clear()
        with pytest.raises(LinkRefused) as refused:
            call()
        return refused.value.message, list(self._asked)


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    with moto_dynamodb(monkeypatch) as client:
        yield Desk(client)


def test_replayed_truncated_altered_foreign_and_expired_links_are_refused_in_the_same_words_after_the_same_calls(desk: Desk) -> None:
    refusals = [desk.refused(partial(answer, desk.closed.id, yes(token), desk.ports)) for token in NOT_GOOD]
    desk.clock.pause(30 * 86_400)
    for token, approval in (("foreign", desk.other.id), ("used", desk.closed.id), ("used", "nothing")):
        refusals.append(desk.refused(partial(look, approval, token, desk.ports)))
        refusals.append(desk.refused(partial(answer, approval, yes(token), desk.ports)))
    words = refusals[0][0]
    assert refusals == [(words, READS)] * len(refusals)
    assert desk.gate.woken == [desk.closed.id]
