"""What every Approvals must do with what was committed: run by the fake and by moto."""

from abc import ABC, abstractmethod
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

import pytest

from remit.approval_ports import AddLink, AppointDeputy, Approvals, CastBallot, MoveApproval, NoteOpened, RequestApproval, RequireOpen
from remit.domain.agent import Suspension
from remit.domain.approval import Approval, ApprovalStatus
from remit.domain.ballot import Answer, Ballot, Verdict, Voice
from remit.domain.deputy import Deputy
from remit.domain.errors import Conflict
from remit.domain.ledger import Draft, Kind
from remit.domain.link import make_link
from remit.domain.route import Stage
from remit.record_ports import Change, Records, Suspend
from tests.fakes.clock import NOON
from tests.fakes.gate import make_approval, make_intent, refund

DRAFT = Draft(kind=Kind.APPROVAL_ANSWERED, body={})
TWO = 2 * (Stage(approvers=("finance@example.com",)),)
LATER = NOON + timedelta(minutes=1)


@dataclass(frozen=True)
class Store:
    records: Records
    approvals: Approvals

    def commit(self, run: str, *changes: Change) -> None:
        self.records.commit(run, changes, [DRAFT])

    def asked(self, run: str) -> Approval:
        approval = an_approval(run)
        self.commit(run, RequestApproval(approval=approval))
        return approval


def an_approval(run: str) -> Approval:
    return make_approval(make_intent(refund(1200_00), run=run))


def said(approval: Approval, by: str, verdict: Verdict = Verdict.APPROVE) -> Answer:
    voice = Voice(approver=by, by=by, known_as="link")
    return Answer(voice=voice, verdict=verdict, comment="ü", payload_digest=approval.payload_digest, at=LATER)


def ballot_of(approval: Approval, *by: str) -> Ballot:
    return Ballot(approval=approval.id, stage=approval.stage, answers=tuple(said(approval, who) for who in by))


class ApprovalsConformance(ABC):
    """Each test names its own run, so that one store serves them all."""

    @abstractmethod
    @pytest.fixture
    def store(self) -> Store: ...

    def test_what_was_never_written_is_not_there(self, store: Store) -> None:
        approvals = store.approvals
        assert (approvals.approval("nothing"), approvals.link("nothing"), approvals.open_in("nowhere")) == (None, None, ())
        assert approvals.ballot("nothing", 3) == Ballot(approval="nothing", stage=3)
        assert approvals.suspension("-") is None

    def test_the_deputy_for_one_question_comes_before_the_one_for_all_and_the_last_before_the_first(self, store: Store) -> None:
        for to, approval in (("b@example.com", None), ("c@example.com", None), ("d@example.com", "one")):
            deputy = Deputy(approver="away@example.com", to=to, since=NOON, until=LATER, approval=approval, by="user/away")
            store.commit("approver-away", AppointDeputy(deputy=deputy))
        found = [store.approvals.deputy("away@example.com", approval) for approval in ("one", "another")]
        assert [each and each.to for each in found] == ["d@example.com", "c@example.com"]
        assert store.approvals.deputy("here@example.com", "one") is None

    def test_a_stopped_agent_is_known_with_who_stopped_it_and_why(self, store: Store) -> None:
        suspension = Suspension(agent="stopped", reason="ü", by="user/operator", at=NOON)
        store.commit("agent-stopped", Suspend(suspension=suspension))
        assert store.approvals.suspension("stopped") == suspension

    def test_a_question_is_asked_once_and_comes_back_as_it_was(self, store: Store) -> None:
        approval = store.asked("asked")
        with pytest.raises(Conflict):
            store.commit("asked", RequestApproval(approval=approval))
        assert store.approvals.approval(approval.id) == approval

    def test_a_question_moves_only_from_the_version_that_is_there(self, store: Store) -> None:
        approval = store.asked("moved")
        told = approval.moved(told=("finance@example.com",))
        store.commit("moved", MoveApproval(approval=told))
        with pytest.raises(Conflict):
            store.commit("moved", MoveApproval(approval=approval.moved(status=ApprovalStatus.EXPIRED)))
        assert store.approvals.approval(approval.id) == told

    def test_a_question_is_due_once_time_makes_something_of_it_and_while_it_is_open(self, store: Store) -> None:
        settled, waiting = store.asked("due-0"), store.asked("due-1")
        store.commit("due-0", MoveApproval(approval=settled.moved(status=ApprovalStatus.REJECTED)))
        due = [{each.id for each in store.approvals.due_in("refunds", when)} for when in (LATER, waiting.expires_at)]
        assert ([waiting.id in ids for ids in due], settled.id in due[1]) == ([False, True], False)

    def test_open_questions_are_found_by_their_domain(self, store: Store) -> None:
        settled, held, waiting = (store.asked(f"open-{number}") for number in range(3))
        store.commit("open-0", MoveApproval(approval=settled.moved(status=ApprovalStatus.EXPIRED)))
        store.commit("open-1", MoveApproval(approval=held.moved(status=ApprovalStatus.HELD)))
        found = {approval.id for approval in store.approvals.open_in("refunds")}
        assert (settled.id in found, held.id in found, waiting.id in found) == (False, True, True)
        assert store.approvals.open_in("claims") == ()

    def test_a_link_is_found_by_the_hash_of_its_token(self, store: Store) -> None:
        link = make_link(an_approval("linked"), "token", "finance@example.com", "deputy@example.com")
        store.commit("linked", AddLink(link=link))
        assert store.approvals.link(link.token_hash) == link

    def test_ballots_of_stages_are_apart(self, store: Store) -> None:
        approval = store.asked("stages")
        store.commit("stages", CastBallot(ballot=ballot_of(approval, "a@example.com")))
        assert store.approvals.ballot(approval.id, 0) == ballot_of(approval, "a@example.com")
        assert store.approvals.ballot(approval.id, 1).answers == ()

    def test_a_ballot_grows_by_one_answer_at_a_time(self, store: Store) -> None:
        approval = store.asked("grows")
        store.commit("grows", CastBallot(ballot=ballot_of(approval, "a@example.com")))
        store.commit("grows", CastBallot(ballot=ballot_of(approval, "a@example.com", "b@example.com")))
        for stale in (ballot_of(approval, "c@example.com"), ballot_of(approval, "a@example.com", "c@example.com")):
            with pytest.raises(Conflict):
                store.commit("grows", CastBallot(ballot=stale))
        assert store.approvals.ballot(approval.id, 0) == ballot_of(approval, "a@example.com", "b@example.com")

    @pytest.mark.parametrize("change", [{"status": ApprovalStatus.HELD}, {"status": ApprovalStatus.APPROVED}, {"stage": 1, "stages": TWO}])
    def test_no_answer_is_taken_once_the_question_has_moved(self, store: Store, change: dict[str, object]) -> None:
        run = f"required-{'-'.join(map(str, change))}-{change.get('status')}"
        approval = store.asked(run)
        store.commit(run, MoveApproval(approval=approval.moved(**change)))
        with pytest.raises(Conflict):
            store.commit(run, RequireOpen(approval=approval.id, stage=0), CastBallot(ballot=ballot_of(approval, "a@example.com")))
        assert store.approvals.ballot(approval.id, 0).answers == ()

    def test_an_answer_is_taken_while_the_question_is_open(self, store: Store) -> None:
        approval = store.asked("taken")
        store.commit("taken", MoveApproval(approval=approval.moved(told=("a@example.com",))))
        store.commit("taken", RequireOpen(approval=approval.id, stage=0), CastBallot(ballot=ballot_of(approval, "a@example.com")))
        assert len(store.approvals.ballot(approval.id, 0).answers) == 1

    def test_an_opening_is_noted_once_for_each_who_was_asked(self, store: Store) -> None:
        approval = an_approval("opened")
        links = [
            make_link(approval, token, by, by) for token, by in (("1", "a@example.com"), ("2", "a@example.com"), ("3", "b@example.com"))
        ]
        store.commit("opened", NoteOpened(link=links[0]))
        with pytest.raises(Conflict):
            store.commit("opened", NoteOpened(link=links[1]))
        store.commit("opened", NoteOpened(link=links[2]))
        assert len(store.records.entries("opened")) == 2

    def test_two_who_answer_at_once_are_one_first_answer(self, store: Store) -> None:
        approval = store.asked("race")

        def cast(by: str) -> bool:
            try:
                store.commit("race", RequireOpen(approval=approval.id, stage=0), CastBallot(ballot=ballot_of(approval, by)))
            except Conflict:
                return False
            return True

        with ThreadPoolExecutor(2) as pool:
            won = list(pool.map(cast, ["a@example.com", "b@example.com"]))
        assert (sorted(won), len(store.records.entries("race"))) == ([False, True], 2)
