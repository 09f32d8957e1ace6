"""Stopping an agent, and what it stops."""

import pytest

from remit.domain.action import ActionStatus, Failure
from remit.domain.ballot import Verdict
from remit.domain.errors import AgentSuspended, InvalidRequest, NotFound
from remit.domain.intent import Requester
from remit.domain.ledger import Kind, broken_link
from remit.usecases.agents import AgentPorts, agents, resume, suspend
from remit.usecases.answer import Given, answer
from remit.usecases.gate import resume as resume_action
from tests.fakes.gate import World, catalogue_of, refund

OPERATOR = Requester(arn="arn:aws:iam::000000000000:user/operator")


def desk(world: World) -> AgentPorts:
    return AgentPorts(domains={"support": "refunds"}, catalogues=catalogue_of, records=world.records, clock=world.clock)


def stop(world: World) -> None:
    suspend("support", "it refunds too much", OPERATOR, desk(world))


def error(world: World) -> str:
    _, told = world.tasks.told[-1]
    assert isinstance(told, Failure)
    return told.error


def test_a_suspended_agent_does_nothing_and_the_ledger_says_why() -> None:
    world = World()
    stop(world)
    world.propose()
    assert (error(world), world.till.done, world.records.warrants) == ("Remit.AgentSuspended", {}, {})
    assert world.kinds()[-1] is Kind.INTENT_REFUSED


def test_nobody_is_asked_on_behalf_of_a_suspended_agent() -> None:
    world = World()
    stop(world)
    world.propose(refund(1200_00))
    assert (error(world), world.records.approvals) == ("Remit.AgentSuspended", {})


def test_nothing_is_approved_for_an_agent_that_is_suspended() -> None:
    world = World()
    world.propose(refund(1200_00))
    stop(world)
    with pytest.raises(AgentSuspended):
        world.reply(Verdict.APPROVE)
    assert (world.records.ballots, world.till.done) == ({}, {})


def test_an_approval_moves_nothing_once_the_agent_is_suspended() -> None:
    world = World()
    intent = world.propose(refund(1200_00))
    answer(intent.key, Given(token="token-1", verdict=Verdict.APPROVE), world.approval_ports)
    stop(world)
    resume_action(intent.key, world.ports)
    assert (error(world), world.till.done) == ("Remit.AgentSuspended", {})
    assert world.records.actions[intent.key].status is ActionStatus.REFUSED


def test_a_resumed_agent_acts_again() -> None:
    world = World()
    stop(world)
    resume("support", "the prompt is mended", OPERATOR, desk(world))
    world.propose()
    assert world.till.times == 1


def test_both_are_in_the_agents_own_chain_with_who_and_why() -> None:
    world = World()
    stop(world)
    resume("support", "mended", OPERATOR, desk(world))
    entries = world.records.entries("agent-support")
    assert [entry.kind for entry in entries] == [Kind.AGENT_SUSPENDED, Kind.AGENT_RESUMED]
    assert entries[0].body == {"agent": "support", "reason": "it refunds too much", "by": OPERATOR.arn}
    assert broken_link(entries) is None


def test_a_list_of_agents_says_who_is_stopped_by_whom() -> None:
    world = World()
    assert [view.suspended for view in agents(desk(world))] == [None]
    stop(world)
    (view,) = agents(desk(world))
    assert view.suspended is not None
    assert (view.agent, view.domain, view.suspended.by) == ("support", "refunds", OPERATOR.arn)


def test_suspending_twice_and_resuming_an_active_agent_are_refused() -> None:
    world = World()
    with pytest.raises(InvalidRequest):
        resume("support", "why not", OPERATOR, desk(world))
    stop(world)
    with pytest.raises(InvalidRequest):
        stop(world)
    assert len(world.records.entries("agent-support")) == 1


def test_an_unknown_agent_is_not_found() -> None:
    world = World()
    with pytest.raises(NotFound):
        suspend("stranger", "who is it", OPERATOR, desk(world))
    assert world.records.suspensions() == ()
