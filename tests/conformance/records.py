"""What every Records must do: run by the fake, by moto and by the local cloud."""

from abc import ABC, abstractmethod
from datetime import timedelta

import pytest

from remit.domain.action import Action, ActionStatus
from remit.domain.agent import Suspension
from remit.domain.errors import AgentSuspended, Conflict, RunEnded
from remit.domain.intent import Intent
from remit.domain.ledger import Draft, Kind, broken_link
from remit.domain.warrant import mint
from remit.record_ports import EndRun, MintWarrant, MoveAction, OpenAction, Records, Reinstate, RequireActive, RequireRunOpen, Suspend
from tests.fakes.clock import NOON
from tests.fakes.gate import make_intent, refund

DRAFT = Draft(kind=Kind.INTENT_PROPOSED, body={"step": "govern-1", "amount": 12000, "none": None, "list": [True, "ü"]})
LATER = NOON + timedelta(minutes=1)


def an_intent(run: str) -> Intent:
    return make_intent(refund(1200_00), run=run)


def an_action(run: str, status: ActionStatus = ActionStatus.WAITING) -> Action:
    return Action(intent=an_intent(run), status=status, task_token="task")


class RecordsConformance(ABC):
    """Each test names its own run, so that one store serves them all."""

    @abstractmethod
    @pytest.fixture
    def records(self) -> Records: ...

    def test_what_was_never_written_is_not_there(self, records: Records) -> None:
        assert records.action("nothing") is None
        assert records.entries("nothing") == ()

    def test_entries_come_back_as_one_chain_in_order(self, records: Records) -> None:
        records.open_run("order", DRAFT)
        for _ in range(11):
            records.commit("order", [], [DRAFT, DRAFT])
        entries = records.entries("order")
        assert [entry.seq for entry in entries] == list(range(23))
        assert entries[0].body == DRAFT.body
        assert broken_link(entries) is None

    def test_a_run_is_opened_once(self, records: Records) -> None:
        records.open_run("once", DRAFT)
        with pytest.raises(Conflict):
            records.open_run("once", DRAFT)
        assert len(records.entries("once")) == 1

    def test_an_action_is_opened_once(self, records: Records) -> None:
        action = an_action("opened")
        records.commit("opened", [OpenAction(action=action)], [DRAFT])
        with pytest.raises(Conflict):
            records.commit("opened", [OpenAction(action=action)], [DRAFT])
        assert records.action(action.intent.key) == action
        assert len(records.entries("opened")) == 1

    def test_an_action_moves_only_from_where_it_is(self, records: Records) -> None:
        waiting = an_action("moves")
        done = an_action("moves", ActionStatus.DONE)
        records.commit("moves", [OpenAction(action=waiting)], [])
        with pytest.raises(Conflict):
            records.commit("moves", [MoveAction(action=done, was=ActionStatus.WARRANTED)], [DRAFT])
        assert (records.action(waiting.intent.key), records.entries("moves")) == (waiting, ())
        records.commit("moves", [MoveAction(action=done, was=ActionStatus.WAITING)], [DRAFT])
        assert records.action(waiting.intent.key) == done

    def test_a_warrant_is_minted_once_and_nothing_else_of_the_commit_happens_then(self, records: Records) -> None:
        warrant = mint(an_intent("minted"), NOON)
        records.commit("minted", [MintWarrant(warrant=warrant)], [DRAFT])
        action = an_action("minted")
        with pytest.raises(Conflict):
            records.commit("minted", [OpenAction(action=action), MintWarrant(warrant=warrant)], [DRAFT])
        assert (records.action(action.intent.key), len(records.entries("minted"))) == (None, 1)

    def test_a_suspended_agent_stops_a_whole_commit(self, records: Records) -> None:
        suspension = Suspension(agent="stopped", reason="r", by="operator", at=NOON)
        records.commit("agent-stopped", [Suspend(suspension=suspension)], [DRAFT])
        action = an_action("stopped-run")
        with pytest.raises(AgentSuspended):
            records.commit("stopped-run", [RequireActive(agent="stopped"), OpenAction(action=action)], [DRAFT])
        assert (records.action(action.intent.key), records.entries("stopped-run")) == (None, ())
        assert suspension in records.suspensions()

    def test_an_active_agent_stops_nothing(self, records: Records) -> None:
        action = an_action("active-run")
        records.commit("active-run", [RequireActive(agent="active"), OpenAction(action=action)], [DRAFT])
        assert records.action(action.intent.key) == action

    def test_a_run_that_has_ended_stops_a_whole_commit(self, records: Records) -> None:
        records.commit("ended-run", [EndRun(run="ended-run")], [DRAFT])
        action = an_action("child-of-ended")
        with pytest.raises(RunEnded):
            records.commit("child-of-ended", [RequireRunOpen(run="ended-run"), OpenAction(action=action)], [DRAFT])
        assert (records.action(action.intent.key), records.entries("child-of-ended")) == (None, ())

    def test_an_open_run_stops_nothing(self, records: Records) -> None:
        action = an_action("open-run")
        records.commit("open-run", [RequireRunOpen(run="open-run"), OpenAction(action=action)], [DRAFT])
        assert records.action(action.intent.key) == action

    def test_a_run_ends_once(self, records: Records) -> None:
        records.commit("ends-once", [EndRun(run="ends-once")], [DRAFT])
        with pytest.raises(Conflict):
            records.commit("ends-once", [EndRun(run="ends-once")], [DRAFT])
        assert len(records.entries("ends-once")) == 1

    def test_an_agent_is_suspended_and_reinstated_once_each(self, records: Records) -> None:
        suspension = Suspension(agent="twice", reason="r", by="operator", at=NOON)
        records.commit("agent-twice", [Suspend(suspension=suspension)], [])
        with pytest.raises(Conflict):
            records.commit("agent-twice", [Suspend(suspension=suspension)], [])
        records.commit("agent-twice", [Reinstate(agent="twice")], [])
        with pytest.raises(Conflict):
            records.commit("agent-twice", [Reinstate(agent="twice")], [])
        assert "twice" not in {stopped.agent for stopped in records.suspensions()}
